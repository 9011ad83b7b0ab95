-- Up Migration

-- Lists are read by pages, each from where the one before ended: (created_at, id) is the place of a row. Rows in the bin are not in
-- these indexes: a page costs the same however many there are.
CREATE INDEX idx_projects_pages ON projects USING btree (user_id, created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX idx_datasets_pages ON datasets USING btree (user_id, created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX idx_workflows_pages ON workflows USING btree (created_at, id) WHERE (deleted_at IS NULL);
-- Runs are also ordered by their names. Orders by what changes while a run goes on have no index: each batch that is ingested would pay for it.
CREATE INDEX idx_workflows_names ON workflows USING btree (lower(name), created_at, id) WHERE (deleted_at IS NULL);

-- Down Migration

DROP INDEX idx_workflows_names;
DROP INDEX idx_workflows_pages;
DROP INDEX idx_datasets_pages;
DROP INDEX idx_projects_pages;
