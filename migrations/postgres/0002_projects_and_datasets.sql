-- Up Migration

CREATE TABLE projects (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(255) NOT NULL,
    description text,
    tags text[] DEFAULT '{}',
    is_public boolean DEFAULT false,
    workflow_count integer DEFAULT 0,
    dataset_count integer DEFAULT 0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    deleted_at timestamp with time zone
);
CREATE INDEX idx_projects_created_at ON projects USING btree (created_at DESC);
CREATE INDEX idx_projects_tags ON projects USING gin (tags);
CREATE INDEX idx_projects_user_created_at ON projects USING btree (user_id, created_at DESC);
CREATE INDEX idx_projects_user_id ON projects USING btree (user_id) WHERE (deleted_at IS NULL);
CREATE TRIGGER projects_touch BEFORE UPDATE ON projects
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

CREATE TABLE datasets (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(255) NOT NULL,
    description text,
    storage_path text NOT NULL,
    format character varying(50) NOT NULL,
    size_bytes bigint NOT NULL,
    file_count integer NOT NULL,
    status character varying(20) DEFAULT 'processing'
        CHECK (status IN ('processing', 'ready', 'error', 'archived')),
    validation_result jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    deleted_at timestamp with time zone
);
CREATE INDEX idx_datasets_created_at ON datasets USING btree (created_at DESC);
CREATE INDEX idx_datasets_format ON datasets USING btree (format);
CREATE INDEX idx_datasets_status ON datasets USING btree (status);
CREATE INDEX idx_datasets_user_created_at ON datasets USING btree (user_id, created_at DESC);
CREATE INDEX idx_datasets_user_id ON datasets USING btree (user_id) WHERE (deleted_at IS NULL);
CREATE TRIGGER datasets_touch BEFORE UPDATE ON datasets
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

CREATE TABLE project_datasets (
    project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    dataset_id uuid NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    added_at timestamp with time zone DEFAULT now(),
    PRIMARY KEY (project_id, dataset_id)
);
CREATE INDEX idx_project_datasets_dataset ON project_datasets USING btree (dataset_id);
CREATE INDEX idx_project_datasets_project ON project_datasets USING btree (project_id);

CREATE TABLE dataset_versions (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    version integer NOT NULL CHECK (version >= 1),
    manifest_sha256 character varying(64) NOT NULL,
    mode character varying(20) NOT NULL CHECK (mode IN ('copy', 'link', 'in_place')),
    root_path text,
    image_count integer NOT NULL CHECK (image_count >= 0),
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    classes jsonb DEFAULT '[]' NOT NULL,
    summary jsonb DEFAULT '{}' NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    UNIQUE (dataset_id, version)
);

-- Down Migration

DROP TABLE dataset_versions;
DROP TABLE project_datasets;
DROP TABLE datasets;
DROP TABLE projects;
