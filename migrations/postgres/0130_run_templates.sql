-- Up Migration

-- Settings of trainings that people keep to begin others with.
CREATE TABLE run_templates (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(255) NOT NULL,
    config jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX run_templates_name ON run_templates (user_id, lower(name));
CREATE INDEX run_templates_newest ON run_templates (user_id, created_at DESC);
CREATE TRIGGER run_templates_updated_at BEFORE UPDATE ON run_templates
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

-- Down Migration

DROP TABLE run_templates;
