-- Up Migration

-- Everything that happened to a run except metric points. A log row stands for `span` lines: numbers seq to seq + span - 1.
CREATE TABLE run_events (
    workflow_id uuid NOT NULL REFERENCES workflows(id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    attempt integer,
    attempt_seq bigint,
    type character varying(20) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    payload jsonb DEFAULT '{}' NOT NULL,
    span integer DEFAULT 1 NOT NULL CHECK (span >= 1),
    PRIMARY KEY (workflow_id, seq)
);

-- Buckets of points, only whole ones: level n holds 16 * 8^(n-1) of them; level 0 has the first point of each name alone, and so
-- says which names there are. No foreign key: looking up the run for each row costs as much as the row, and whoever writes one
-- has locked its run. Triggers remove them with their run.
CREATE TABLE metric_rollups (
    workflow_id uuid NOT NULL,
    attempt integer NOT NULL,
    name text NOT NULL,
    level smallint NOT NULL,
    bucket bigint NOT NULL,
    count integer NOT NULL,
    min double precision,
    max double precision,
    sum double precision,
    first_step integer NOT NULL,
    last_step integer NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    first_epoch integer NOT NULL,
    last_epoch integer NOT NULL,
    nonfinite integer DEFAULT 0 NOT NULL,
    points double precision[],
    PRIMARY KEY (workflow_id, name, level, attempt, bucket)
) PARTITION BY LIST (level);
COMMENT ON COLUMN metric_rollups.points IS 'of the first buckets of level 1: step, epoch and value of each point, NaN and infinities too';
-- A chart reads one level: in a table of its own its buckets lie close together, however rarely they become whole.
CREATE TABLE metric_rollups_level_0 PARTITION OF metric_rollups FOR VALUES IN (0);
CREATE TABLE metric_rollups_level_1 PARTITION OF metric_rollups FOR VALUES IN (1);
CREATE TABLE metric_rollups_level_2 PARTITION OF metric_rollups FOR VALUES IN (2);
CREATE TABLE metric_rollups_level_3 PARTITION OF metric_rollups FOR VALUES IN (3);
CREATE TABLE metric_rollups_level_4 PARTITION OF metric_rollups FOR VALUES IN (4);
CREATE TABLE metric_rollups_level_5 PARTITION OF metric_rollups FOR VALUES IN (5);
CREATE TABLE metric_rollups_level_6 PARTITION OF metric_rollups FOR VALUES IN (6);

CREATE FUNCTION trainyard_remove_rollups() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.metric_rollups WHERE workflow_id = OLD.id;
    ELSE
        TRUNCATE public.metric_rollups;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER workflows_remove_rollups AFTER DELETE ON workflows
    FOR EACH ROW EXECUTE FUNCTION trainyard_remove_rollups();
CREATE TRIGGER workflows_truncate_rollups AFTER TRUNCATE ON workflows
    FOR EACH STATEMENT EXECUTE FUNCTION trainyard_remove_rollups();

-- How far an attempt's files were ingested. Each commit compares the offsets it started from and sets the new ones.
CREATE TABLE ingest_cursors (
    attempt_id uuid PRIMARY KEY REFERENCES workflow_runs(id) ON DELETE CASCADE,
    events_offset bigint DEFAULT 0 NOT NULL,
    events_seq bigint DEFAULT 0 NOT NULL,
    stdout_offset bigint DEFAULT 0 NOT NULL,
    stderr_offset bigint DEFAULT 0 NOT NULL,
    log_lines bigint DEFAULT 0 NOT NULL,
    state jsonb DEFAULT '{}' NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
) WITH (fillfactor = 50);
CREATE TRIGGER ingest_cursors_touch BEFORE UPDATE ON ingest_cursors
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

CREATE TABLE run_artifacts (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    workflow_id uuid NOT NULL REFERENCES workflows(id) ON DELETE CASCADE,
    attempt integer NOT NULL,
    kind character varying(50) NOT NULL,
    name text NOT NULL,
    path text NOT NULL,
    object_key text,
    size_bytes bigint,
    sha256 character varying(64),
    media_type text,
    epoch integer,
    step integer,
    metrics jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    UNIQUE (workflow_id, attempt, path)
);

-- Down Migration

DROP TABLE run_artifacts;
DROP TABLE ingest_cursors;
DROP TRIGGER workflows_truncate_rollups ON workflows;
DROP TRIGGER workflows_remove_rollups ON workflows;
DROP FUNCTION trainyard_remove_rollups();
DROP TABLE metric_rollups;
DROP TABLE run_events;
