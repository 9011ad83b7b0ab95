-- Up Migration

-- A request that is sent again (its answer was lost) finds the run that it made.
ALTER TABLE workflows ADD COLUMN request_id uuid UNIQUE;
ALTER TABLE workflows ADD COLUMN cancel_grace_ms integer CHECK (cancel_grace_ms >= 0);
COMMENT ON COLUMN workflows.cancel_grace_ms IS 'how long the trainer has to end by itself, in milliseconds';

-- An attempt's run directory lies on one machine: no other engine on this database touches it.
ALTER TABLE workflow_runs ADD COLUMN machine_id text;
CREATE INDEX idx_workflow_runs_under_way ON workflow_runs USING btree (machine_id)
    WHERE (status IN ('starting', 'running'));

-- A project can be named instead of its id, so a name means one project.
CREATE UNIQUE INDEX idx_projects_name ON projects USING btree (user_id, lower(name)) WHERE (deleted_at IS NULL);

-- The newest progress of a run that is under way, among all that its journal holds.
CREATE INDEX idx_run_events_progress ON run_events USING btree (workflow_id, seq DESC) WHERE (type = 'progress');

-- Down Migration

DROP INDEX idx_run_events_progress;
DROP INDEX idx_projects_name;
DROP INDEX idx_workflow_runs_under_way;
ALTER TABLE workflow_runs DROP COLUMN machine_id;
ALTER TABLE workflows DROP COLUMN cancel_grace_ms;
ALTER TABLE workflows DROP COLUMN request_id;
