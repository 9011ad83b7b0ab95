-- Up Migration

CREATE TABLE metrics (
    id bigserial NOT NULL,
    workflow_id uuid NOT NULL REFERENCES workflows(id) ON DELETE CASCADE,
    epoch integer NOT NULL,
    step integer NOT NULL,
    train_loss numeric(10,6),
    train_accuracy numeric(10,6),
    val_loss numeric(10,6),
    val_accuracy numeric(10,6),
    gpu_utilization numeric(5,2),
    memory_usage_gb numeric(10,2),
    extra_metrics jsonb,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Ours.
    workflow_run_id uuid REFERENCES workflow_runs(id) ON DELETE CASCADE,
    seq bigint,
    attempt integer,
    attempt_seq bigint,
    PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);
-- extra_metrics has no GIN index: it is read with its point, never searched, and every ingested point would pay for it.
CREATE INDEX idx_metrics_epoch ON metrics USING btree (workflow_id, epoch);
CREATE INDEX idx_metrics_workflow_id ON metrics USING btree (workflow_id, recorded_at DESC);
CREATE INDEX idx_metrics_workflow_run_id ON metrics USING btree (workflow_run_id);
CREATE INDEX idx_metrics_workflow_seq ON metrics USING btree (workflow_id, seq);

-- Takes what has no month of its own (a trainer's clock that is years off, a month whose partition had to wait for a lock):
-- a point is never refused for lack of a partition. ensure_metrics_partitions empties it month by month.
CREATE TABLE metrics_partition_default PARTITION OF metrics DEFAULT;

-- Makes the monthly partitions (UTC) that cover from_time to to_time and answers the names of those it made. Repeating it
-- is harmless and, once they are there, takes no lock. Call it in a transaction of its own, before rows are written: it
-- locks workflows first and metrics after, as a writer of metrics does. It gives up (55P03) rather than hold writers up
-- behind a long reader such as a backup; rows go to the default partition then, and the next call moves them.
CREATE FUNCTION ensure_metrics_partitions(from_time timestamp with time zone, to_time timestamp with time zone)
    RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = public, pg_catalog, pg_temp
    SET lock_timeout = '3s'
    AS $$
DECLARE
    month_start timestamp with time zone := date_trunc('month', from_time, 'UTC');
    month_end timestamp with time zone;
    partition_name text;
    locked boolean := false;
BEGIN
    IF from_time IS NULL OR to_time IS NULL OR NOT isfinite(from_time) OR NOT isfinite(to_time)
        OR from_time > to_time OR to_time > from_time + interval '10 years' THEN
        RAISE EXCEPTION 'ensure_metrics_partitions: from % to % is not a range of at most ten years', from_time, to_time
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WHILE month_start <= to_time LOOP
        month_end := date_add(month_start, interval '1 month', 'UTC');
        partition_name := 'metrics_partition_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass('public.' || partition_name) IS NULL AND NOT locked THEN
            LOCK TABLE workflows, workflow_runs IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE metrics IN SHARE UPDATE EXCLUSIVE MODE;
            LOCK TABLE metrics_partition_default IN ACCESS EXCLUSIVE MODE;
            locked := true;
        END IF;
        -- Asked again: whoever held the lock may have made it.
        IF to_regclass('public.' || partition_name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE metrics INCLUDING DEFAULTS)', partition_name);
            EXECUTE format(
                'WITH moved AS (DELETE FROM metrics_partition_default WHERE recorded_at >= %1$L AND recorded_at < %2$L RETURNING *)'
                ' INSERT INTO %3$I SELECT * FROM moved',
                month_start, month_end, partition_name);
            EXECUTE format('ALTER TABLE metrics ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                partition_name, month_start, month_end);
            RETURN NEXT partition_name;
        END IF;
        month_start := month_end;
    END LOOP;
END
$$;

SELECT ensure_metrics_partitions(now(), now() + interval '1 month');

-- Down Migration

DROP FUNCTION ensure_metrics_partitions(timestamp with time zone, timestamp with time zone);
DROP TABLE metrics;
