-- Up Migration

-- What is labelled in the images is a file beside the manifest. Its hash is a part of what a version is, as the order of the classes is.
ALTER TABLE dataset_versions ADD COLUMN annotations_sha256 character varying(64);

-- Down Migration

ALTER TABLE dataset_versions DROP COLUMN annotations_sha256;
