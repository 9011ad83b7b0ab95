-- Up Migration

-- The image in whose containers a script runs; none: as a process of the machine.
ALTER TABLE workflow_scripts ADD COLUMN image text;

-- Down Migration

ALTER TABLE workflow_scripts DROP COLUMN image;
