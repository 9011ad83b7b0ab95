-- Up Migration

CREATE TABLE usage_tracking (
    id bigserial PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    resource_type character varying(50) NOT NULL,
    amount numeric(10,4) NOT NULL,
    unit character varying(20) NOT NULL,
    workflow_id uuid REFERENCES workflows(id) ON DELETE SET NULL,
    cost_usd numeric(10,4),
    recorded_at timestamp with time zone DEFAULT now()
);
CREATE INDEX idx_usage_tracking_resource_type ON usage_tracking USING btree (resource_type);
CREATE INDEX idx_usage_tracking_user_id ON usage_tracking USING btree (user_id, recorded_at DESC);
CREATE INDEX idx_usage_tracking_workflow_id ON usage_tracking USING btree (workflow_id) WHERE (workflow_id IS NOT NULL);

CREATE TABLE inference_endpoints (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    workflow_id uuid NOT NULL REFERENCES workflows(id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    endpoint_url text NOT NULL UNIQUE,
    status character varying(20) DEFAULT 'deploying'
        CHECK (status IN ('deploying', 'active', 'inactive', 'error')),
    total_requests bigint DEFAULT 0,
    last_request_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    deleted_at timestamp with time zone
);
CREATE INDEX idx_inference_endpoints_live ON inference_endpoints USING btree (user_id, created_at DESC) WHERE (deleted_at IS NULL);
CREATE INDEX idx_inference_endpoints_status ON inference_endpoints USING btree (status);
CREATE INDEX idx_inference_endpoints_user ON inference_endpoints USING btree (user_id);
CREATE INDEX idx_inference_endpoints_user_created_at ON inference_endpoints USING btree (user_id, created_at DESC);
CREATE INDEX idx_inference_endpoints_workflow ON inference_endpoints USING btree (workflow_id);
CREATE TRIGGER inference_endpoints_touch BEFORE UPDATE ON inference_endpoints
    FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at();

-- Down Migration

DROP TABLE inference_endpoints;
DROP TABLE usage_tracking;
