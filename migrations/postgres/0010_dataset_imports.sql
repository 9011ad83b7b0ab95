-- Up Migration

-- A dataset can be named instead of its id, and the same name again means its next version: so a name means one dataset.
CREATE UNIQUE INDEX idx_datasets_name ON datasets USING btree (user_id, lower(name)) WHERE (deleted_at IS NULL);

-- Importing the same bytes again finds the version that has them.
CREATE INDEX idx_dataset_versions_manifest ON dataset_versions USING btree (dataset_id, manifest_sha256);

-- An import is written down before it is begun; whoever finds it neither done nor failed goes on with it.
CREATE TABLE dataset_imports (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    -- The source's path means something on this machine only.
    machine_id text NOT NULL,
    source text NOT NULL,
    format character varying(50) NOT NULL,
    mode character varying(20) NOT NULL CHECK (mode IN ('copy', 'link', 'in_place')),
    skip_invalid boolean DEFAULT false NOT NULL,
    phase character varying(20) DEFAULT 'validating' NOT NULL
        CHECK (phase IN ('validating', 'storing', 'committing', 'done', 'failed')),
    total integer,
    -- Reserved before the manifest is written, so that no two imports write the same one.
    version integer CHECK (version >= 1),
    reused boolean DEFAULT false NOT NULL,
    error jsonb,
    validation jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE INDEX idx_dataset_imports_dataset ON dataset_imports USING btree (dataset_id, created_at DESC);
CREATE INDEX idx_dataset_imports_project ON dataset_imports USING btree (project_id);
CREATE INDEX idx_dataset_imports_user_created_at ON dataset_imports USING btree (user_id, created_at DESC);
CREATE INDEX idx_dataset_imports_under_way ON dataset_imports USING btree (machine_id, created_at)
    WHERE (phase NOT IN ('done', 'failed'));
CREATE UNIQUE INDEX idx_dataset_imports_version ON dataset_imports USING btree (dataset_id, version)
    WHERE (NOT reused);
CREATE TRIGGER dataset_imports_touch BEFORE UPDATE ON dataset_imports
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

-- Down Migration

DROP TABLE dataset_imports;
DROP INDEX idx_dataset_versions_manifest;
DROP INDEX idx_datasets_name;
