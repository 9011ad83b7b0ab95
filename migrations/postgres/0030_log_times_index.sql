-- Up Migration

-- The first and the last text that a path leads to, through arrays as well. A trainer's lines need not be in the order of their
-- times, so the ends of a bucket's array do not say which period it covers.
CREATE FUNCTION trainyard_first_text(body jsonb, path jsonpath) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT min((found #>> '{}') COLLATE "C") FROM jsonb_path_query(body, path) AS found WHERE jsonb_typeof(found) = 'string'
$$;
CREATE FUNCTION trainyard_last_text(body jsonb, path jsonpath) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT max((found #>> '{}') COLLATE "C") FROM jsonb_path_query(body, path) AS found WHERE jsonb_typeof(found) = 'string'
$$;

DROP INDEX idx_documents_workflow_logs_timestamp;
CREATE INDEX idx_documents_workflow_logs_timestamp ON documents USING btree (
    (trainyard_first_text(body, '$."logs"."timestamp"') COLLATE "C"),
    (trainyard_last_text(body, '$."logs"."timestamp"') COLLATE "C")
) WHERE (collection = 'workflow_logs');

-- Down Migration

DROP INDEX idx_documents_workflow_logs_timestamp;
CREATE INDEX idx_documents_workflow_logs_timestamp ON documents
    USING btree ((body #> '{logs,0,timestamp}'), (body #> '{logs,-1,timestamp}'))
    WHERE (collection = 'workflow_logs');
DROP FUNCTION trainyard_last_text(jsonb, jsonpath);
DROP FUNCTION trainyard_first_text(jsonb, jsonpath);
