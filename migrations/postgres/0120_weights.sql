-- Up Migration

-- Pretrained weights that are objects. A row comes before the objects, so that whoever finds it unfinished goes on with it.
CREATE TABLE weights (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(255) NOT NULL,
    -- `source/name` of the model that they are for; none: a person chooses.
    model character varying(511),
    status character varying(20) DEFAULT 'storing' NOT NULL
        CHECK (status IN ('storing', 'ready', 'failed', 'removing')),
    -- A path or an upload, or the address that they are fetched from.
    source text NOT NULL,
    -- A path means something on this machine only.
    machine_id text NOT NULL,
    -- What is fetched, where it is not there as files.
    downloads jsonb,
    files jsonb DEFAULT '[]'::jsonb NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    error jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX idx_weights_name ON weights USING btree (user_id, lower(name));
CREATE INDEX idx_weights_user_created_at ON weights USING btree (user_id, created_at DESC);
CREATE INDEX idx_weights_model ON weights USING btree (model);
CREATE INDEX idx_weights_status ON weights USING btree (status, machine_id);
CREATE TRIGGER weights_touch BEFORE UPDATE ON weights
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

-- The weights that a run begins with, as they were when it was made: which files, and their hashes.
ALTER TABLE workflow_configs ADD COLUMN weights jsonb;

-- Down Migration

ALTER TABLE workflow_configs DROP COLUMN weights;
DROP TABLE weights;
