-- Up Migration

-- The document store, the cache and the queue of the embedded profile. Documents hold dates as ISO 8601 strings in UTC,
-- whose order as text is their order in time.
CREATE TABLE documents (
    collection text NOT NULL,
    id text NOT NULL,
    body jsonb NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    PRIMARY KEY (collection, id)
);
CREATE INDEX idx_documents_expires_at ON documents USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE UNIQUE INDEX idx_documents_chat_sessions_session_id ON documents USING btree ((body -> 'sessionId'))
    WHERE (collection = 'chat_sessions');
CREATE INDEX idx_documents_chat_sessions_user_created ON documents USING btree ((body -> 'userId'), (body -> 'createdAt') DESC)
    WHERE (collection = 'chat_sessions');
CREATE INDEX idx_documents_chat_sessions_status ON documents USING btree ((body -> 'status'))
    WHERE (collection = 'chat_sessions');

CREATE INDEX idx_documents_training_configs_workflow_id ON documents USING btree ((body -> 'workflowId'))
    WHERE (collection = 'training_configs');
CREATE INDEX idx_documents_training_configs_created ON documents USING btree ((body -> 'createdAt') DESC)
    WHERE (collection = 'training_configs');

CREATE INDEX idx_documents_workflow_logs_workflow_id ON documents USING btree ((body -> 'workflowId'))
    WHERE (collection = 'workflow_logs');
-- logs.timestamp: a bucket's lines are in order, so its first and last timestamp find the buckets of a period.
CREATE INDEX idx_documents_workflow_logs_timestamp ON documents
    USING btree ((body #> '{logs,0,timestamp}'), (body #> '{logs,-1,timestamp}'))
    WHERE (collection = 'workflow_logs');

CREATE UNIQUE INDEX idx_documents_model_registry_model_id ON documents USING btree ((body -> 'modelId'))
    WHERE (collection = 'model_registry');
CREATE INDEX idx_documents_model_registry_framework ON documents USING btree ((body -> 'framework'))
    WHERE (collection = 'model_registry');
CREATE INDEX idx_documents_model_registry_task_types ON documents USING gin ((body -> 'taskTypes'))
    WHERE (collection = 'model_registry');
-- Names are cut into words at everything that is neither letter nor digit (resnet50.a1_in1k: resnet50, a1, in1k).
CREATE INDEX idx_documents_model_registry_name_text ON documents
    USING gin (to_tsvector('simple', regexp_replace(body ->> 'name', '[^[:alnum:]]+', ' ', 'g')))
    WHERE (collection = 'model_registry');

CREATE INDEX idx_documents_audit_logs_user_time ON documents USING btree ((body -> 'userId'), (body -> 'timestamp') DESC)
    WHERE (collection = 'audit_logs');
CREATE INDEX idx_documents_audit_logs_action ON documents USING btree ((body -> 'action'))
    WHERE (collection = 'audit_logs');
CREATE INDEX idx_documents_audit_logs_resource ON documents
    USING btree ((body #> '{resource,type}'), (body #> '{resource,id}'))
    WHERE (collection = 'audit_logs');

CREATE TABLE kv_entries (
    key text PRIMARY KEY,
    value jsonb NOT NULL,
    expires_at timestamp with time zone
);
CREATE INDEX idx_kv_entries_expires_at ON kv_entries USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE TABLE kv_queue (
    queue text NOT NULL,
    id text NOT NULL,
    body jsonb NOT NULL,
    "position" bigint GENERATED ALWAYS AS IDENTITY,
    deliveries integer DEFAULT 0 NOT NULL,
    visible_at timestamp with time zone DEFAULT now() NOT NULL,
    receipt uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    PRIMARY KEY (queue, id)
);
COMMENT ON COLUMN kv_queue.receipt IS 'of the last delivery: whoever holds an older one no longer holds the message';
CREATE UNIQUE INDEX idx_kv_queue_position ON kv_queue USING btree (queue, "position");

-- Down Migration

DROP TABLE kv_queue;
DROP TABLE kv_entries;
DROP TABLE documents;
