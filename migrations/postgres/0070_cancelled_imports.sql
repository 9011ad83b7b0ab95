-- Up Migration

-- What an import is to store, as 32 bytes of SHA-256 for each content, while it is under way: so a cancelled one can take back what
-- it stored, and leaves what another one needs.
ALTER TABLE dataset_imports ADD COLUMN blobs bytea;

ALTER TABLE dataset_imports DROP CONSTRAINT dataset_imports_phase_check;
ALTER TABLE dataset_imports ADD CONSTRAINT dataset_imports_phase_check
    CHECK (phase IN ('validating', 'storing', 'committing', 'cancelling', 'done', 'failed', 'cancelled'));
DROP INDEX idx_dataset_imports_under_way;
CREATE INDEX idx_dataset_imports_under_way ON dataset_imports USING btree (machine_id, created_at)
    WHERE (phase NOT IN ('done', 'failed', 'cancelled'));

-- Down Migration

-- Revisions before this one know neither word.
UPDATE dataset_imports SET phase = 'failed', version = NULL,
    error = '{"code": "IMPORT_CANCELLED", "message": "The import was cancelled", "mend": "Import again."}'
    WHERE phase IN ('cancelling', 'cancelled');
DROP INDEX idx_dataset_imports_under_way;
CREATE INDEX idx_dataset_imports_under_way ON dataset_imports USING btree (machine_id, created_at)
    WHERE (phase NOT IN ('done', 'failed'));
ALTER TABLE dataset_imports DROP CONSTRAINT dataset_imports_phase_check;
ALTER TABLE dataset_imports ADD CONSTRAINT dataset_imports_phase_check
    CHECK (phase IN ('validating', 'storing', 'committing', 'done', 'failed'));
ALTER TABLE dataset_imports DROP COLUMN blobs;
