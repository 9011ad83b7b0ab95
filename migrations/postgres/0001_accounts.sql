-- Up Migration

-- updated_at is the time of the last change whoever makes it, so the database sets it.
CREATE FUNCTION trainyard_touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TABLE users (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    email character varying(255) NOT NULL UNIQUE,
    hashed_password character varying(255) NOT NULL,
    name character varying(100) NOT NULL,
    avatar_url text,
    plan character varying(20) DEFAULT 'free' CHECK (plan IN ('free', 'pro', 'enterprise')),
    gpu_hours_limit numeric(10,2) DEFAULT 10.0,
    storage_gb_limit numeric(10,2) DEFAULT 5.0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    last_login_at timestamp with time zone,
    deleted_at timestamp with time zone
);
CREATE INDEX idx_users_created_at ON users USING btree (created_at DESC);
CREATE INDEX idx_users_email ON users USING btree (email) WHERE (deleted_at IS NULL);
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

CREATE TABLE api_keys (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name character varying(100) NOT NULL,
    key_hash character varying(255) NOT NULL UNIQUE,
    scopes text[] DEFAULT '{}',
    last_used_at timestamp with time zone,
    total_requests bigint DEFAULT 0,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now(),
    revoked_at timestamp with time zone
);
CREATE INDEX idx_api_keys_key_hash ON api_keys USING btree (key_hash) WHERE (revoked_at IS NULL);
CREATE INDEX idx_api_keys_scopes ON api_keys USING gin (scopes);
CREATE INDEX idx_api_keys_user_created_at ON api_keys USING btree (user_id, created_at DESC);
CREATE INDEX idx_api_keys_user_id ON api_keys USING btree (user_id);

-- The one owner before there are accounts. No password hash starts with '!', so no password matches; a workstation's own
-- user has no limits, which NULL means.
INSERT INTO users (id, email, hashed_password, name, plan, gpu_hours_limit, storage_gb_limit)
VALUES ('00000000-0000-4000-8000-000000000001', 'owner@localhost', '!', 'Owner', 'enterprise', NULL, NULL);

-- Down Migration

DROP TABLE api_keys;
DROP TABLE users;
DROP FUNCTION trainyard_touch_updated_at();
