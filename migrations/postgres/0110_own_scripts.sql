-- Up Migration

-- Training scripts of somebody's own: what such a run has instead of a config, which is of a model and a dataset.
CREATE TABLE workflow_scripts (
    workflow_id uuid PRIMARY KEY REFERENCES workflows(id) ON DELETE CASCADE,
    name text NOT NULL,
    command text NOT NULL,
    folder text NOT NULL,
    environment jsonb DEFAULT '{}' NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Down Migration

DROP TABLE workflow_scripts;
