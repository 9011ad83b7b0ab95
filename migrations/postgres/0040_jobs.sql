-- Up Migration

-- Work that is done aside, by whoever takes it from a queue: a row is written before its message is sent, and says what became of it.
CREATE TABLE jobs (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    kind character varying(50) NOT NULL,
    arguments jsonb NOT NULL,
    idempotency_key text NOT NULL,
    queue text NOT NULL,
    status character varying(20) DEFAULT 'queued' NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    round integer DEFAULT 1 NOT NULL CHECK (round >= 1),
    attempts integer DEFAULT 0 NOT NULL CHECK (attempts >= 0),
    worker text,
    claim uuid,
    leased_until timestamp with time zone,
    result jsonb,
    error jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CHECK (status <> 'running' OR (claim IS NOT NULL AND leased_until IS NOT NULL))
);
COMMENT ON COLUMN jobs.round IS 'of its message: one of an earlier round has no say any more';
COMMENT ON COLUMN jobs.claim IS 'of whoever has it: what anybody else hands in is ignored';
CREATE UNIQUE INDEX idx_jobs_idempotency_key ON jobs USING btree (user_id, idempotency_key);
CREATE INDEX idx_jobs_user_created_at ON jobs USING btree (user_id, created_at DESC);
CREATE INDEX idx_jobs_open ON jobs USING btree (status, queue, created_at) WHERE (status IN ('queued', 'running'));
CREATE TRIGGER jobs_touch BEFORE UPDATE ON jobs
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

-- Down Migration

DROP TABLE jobs;
