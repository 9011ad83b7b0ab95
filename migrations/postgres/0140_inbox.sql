-- Up Migration

-- An import of a drop of the inbox: which, and what lay there when it was begun.
ALTER TABLE dataset_imports
    ADD COLUMN drop_name text,
    ADD COLUMN drop_fingerprint text;
CREATE INDEX idx_dataset_imports_drop ON dataset_imports USING btree (drop_name, created_at DESC)
    WHERE (drop_name IS NOT NULL);
-- Confirmed twice, a drop is imported once.
CREATE UNIQUE INDEX idx_dataset_imports_drop_under_way ON dataset_imports USING btree (drop_name)
    WHERE (drop_name IS NOT NULL AND phase NOT IN ('done', 'failed', 'cancelled'));

-- Drops that somebody does not want to see any more, for as long as they stay what they were.
CREATE TABLE dismissed_drops (
    name text PRIMARY KEY,
    fingerprint text NOT NULL,
    dismissed_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Down Migration

DROP TABLE dismissed_drops;
DROP INDEX idx_dataset_imports_drop_under_way;
DROP INDEX idx_dataset_imports_drop;
ALTER TABLE dataset_imports
    DROP COLUMN drop_fingerprint,
    DROP COLUMN drop_name;
