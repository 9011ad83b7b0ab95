-- Up Migration

-- A point's place as the trainer wrote it, where the specified columns (integer) hold it only roughly: steps beyond 2^31, fractions of an epoch.
ALTER TABLE metrics ADD COLUMN exact_step bigint;
ALTER TABLE metrics ADD COLUMN exact_epoch double precision;
COMMENT ON COLUMN metrics.exact_step IS 'where step, which then holds its largest value, is too small for it';
COMMENT ON COLUMN metrics.exact_epoch IS 'where epoch, which then holds the whole part, cannot hold it';

ALTER TABLE metric_rollups
    ALTER COLUMN first_step TYPE bigint,
    ALTER COLUMN last_step TYPE bigint,
    ALTER COLUMN first_epoch TYPE double precision,
    ALTER COLUMN last_epoch TYPE double precision;

ALTER TABLE run_artifacts
    ALTER COLUMN step TYPE bigint,
    ALTER COLUMN epoch TYPE double precision;

-- The lines of standard output and error that have no newline yet: a progress bar under way.
ALTER TABLE ingest_cursors ADD COLUMN moving jsonb;

-- Down Migration

ALTER TABLE ingest_cursors DROP COLUMN moving;
ALTER TABLE run_artifacts
    ALTER COLUMN step TYPE integer USING least(step, 2147483647)::integer,
    ALTER COLUMN epoch TYPE integer USING floor(least(epoch, 2147483647))::integer;
ALTER TABLE metric_rollups
    ALTER COLUMN first_step TYPE integer USING least(first_step, 2147483647)::integer,
    ALTER COLUMN last_step TYPE integer USING least(last_step, 2147483647)::integer,
    ALTER COLUMN first_epoch TYPE integer USING floor(least(first_epoch, 2147483647))::integer,
    ALTER COLUMN last_epoch TYPE integer USING floor(least(last_epoch, 2147483647))::integer;
ALTER TABLE metrics DROP COLUMN exact_epoch;
ALTER TABLE metrics DROP COLUMN exact_step;
