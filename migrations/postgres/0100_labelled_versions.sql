-- Up Migration

-- What is labelled in the images is a file beside the manifest. Its hash is a part of what a version is, as the order of the classes is.
ALTER TABLE dataset_versions ADD COLUMN annotations_sha256 character varying(64);
-- Of a version that was there before this was gone for a while.
UPDATE dataset_versions SET annotations_sha256 = summary ->> 'annotationsSha256', summary = summary - 'annotationsSha256'
    WHERE summary ? 'annotationsSha256';

-- Down Migration

-- Kept aside: without it the labels of a version could not be read again.
UPDATE dataset_versions SET summary = summary || jsonb_build_object('annotationsSha256', annotations_sha256)
    WHERE annotations_sha256 IS NOT NULL;
ALTER TABLE dataset_versions DROP COLUMN annotations_sha256;
