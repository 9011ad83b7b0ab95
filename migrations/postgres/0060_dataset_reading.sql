-- Up Migration

-- What somebody said about how an import's source is to be read: an import that is gone on with after a kill reads it alike.
ALTER TABLE dataset_imports
    ADD COLUMN reading jsonb DEFAULT '{"classesAt": null, "namesEncoding": "auto"}'::jsonb NOT NULL;

-- Down Migration

ALTER TABLE dataset_imports DROP COLUMN reading;
