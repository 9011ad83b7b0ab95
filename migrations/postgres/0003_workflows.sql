-- Up Migration

-- A workflow is what the product calls a run. Room is left on each page (fillfactor) because last_seq changes with
-- every batch that is ingested: the new row version then stays on its page and no index is touched.
CREATE TABLE workflows (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(255) NOT NULL,
    description text,
    temporal_workflow_id character varying(255) UNIQUE,
    status character varying(20) DEFAULT 'pending'
        CHECK (status IN ('pending', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    progress_percentage integer DEFAULT 0
        CHECK (progress_percentage >= 0 AND progress_percentage <= 100),
    current_epoch integer,
    total_epochs integer,
    allocated_gpu_type character varying(50),
    allocated_gpu_count integer,
    final_metrics jsonb,
    error_message text,
    created_at timestamp with time zone DEFAULT now(),
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    deleted_at timestamp with time zone,
    -- Ours.
    last_seq bigint DEFAULT 0 NOT NULL,
    cancel_requested_at timestamp with time zone,
    priority integer DEFAULT 0 NOT NULL,
    executor character varying(20) DEFAULT 'builtin' NOT NULL,
    queued_at timestamp with time zone,
    retry_wanted jsonb,
    updated_at timestamp with time zone DEFAULT now()
) WITH (fillfactor = 70);
COMMENT ON COLUMN workflows.last_seq IS 'the last journal number given out; numbers of a run are dense from 1';
COMMENT ON COLUMN workflows.retry_wanted IS 'intent of the next attempt: {"kind": "retry"|"resume", "at": time}';
CREATE INDEX idx_workflows_created_at ON workflows USING btree (created_at DESC);
CREATE INDEX idx_workflows_live ON workflows USING btree (project_id, created_at DESC) WHERE (deleted_at IS NULL);
CREATE INDEX idx_workflows_project_id ON workflows USING btree (project_id);
CREATE INDEX idx_workflows_queue ON workflows USING btree (priority DESC, queued_at) WHERE (status = 'queued');
CREATE INDEX idx_workflows_status ON workflows USING btree (status);
CREATE INDEX idx_workflows_temporal_id ON workflows USING btree (temporal_workflow_id) WHERE (temporal_workflow_id IS NOT NULL);
CREATE INDEX idx_workflows_user_created_at ON workflows USING btree (user_id, created_at DESC);
CREATE INDEX idx_workflows_user_id ON workflows USING btree (user_id);
CREATE TRIGGER workflows_touch BEFORE UPDATE ON workflows
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

CREATE TABLE workflow_configs (
    workflow_id uuid PRIMARY KEY REFERENCES workflows(id) ON DELETE CASCADE,
    task_type character varying(50) NOT NULL,
    model_name character varying(255) NOT NULL,
    model_source character varying(50) NOT NULL,
    dataset_id uuid NOT NULL REFERENCES datasets(id),
    num_classes integer,
    class_names text[],
    hyperparameters jsonb DEFAULT '{}' NOT NULL,
    required_gpu_count integer DEFAULT 1,
    required_memory_gb integer DEFAULT 16,
    created_at timestamp with time zone DEFAULT now()
);
CREATE INDEX idx_workflow_configs_class_names ON workflow_configs USING gin (class_names);
CREATE INDEX idx_workflow_configs_dataset ON workflow_configs USING btree (dataset_id);
CREATE INDEX idx_workflow_configs_hyperparameters ON workflow_configs USING gin (hyperparameters);
CREATE INDEX idx_workflow_configs_model_source ON workflow_configs USING btree (model_source);
CREATE INDEX idx_workflow_configs_task_type ON workflow_configs USING btree (task_type);

-- The attempts of a run.
CREATE TABLE workflow_runs (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    workflow_id uuid NOT NULL REFERENCES workflows(id) ON DELETE CASCADE,
    attempt integer NOT NULL CHECK (attempt >= 1),
    status character varying(20) DEFAULT 'starting' NOT NULL
        CHECK (status IN ('starting', 'running', 'completed', 'failed', 'cancelled', 'lost')),
    end_cause text,
    message text,
    container_id text,
    process_id integer,
    exit_code integer,
    exit_signal text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    gpu_uuids text[] DEFAULT '{}' NOT NULL,
    image_digest text,
    checkpoint_path text,
    run_directory text,
    resumed_from jsonb,
    UNIQUE (workflow_id, attempt)
);
CREATE INDEX idx_workflow_runs_gpu_uuids ON workflow_runs USING gin (gpu_uuids);
CREATE INDEX idx_workflow_runs_status ON workflow_runs USING btree (status);
-- Two attempts of one run alive at once would both write its journal: the database refuses the second.
CREATE UNIQUE INDEX idx_workflow_runs_one_alive ON workflow_runs USING btree (workflow_id)
    WHERE (status IN ('starting', 'running'));

-- Down Migration

DROP TABLE workflow_runs;
DROP TABLE workflow_configs;
DROP TABLE workflows;
