-- Up Migration

-- projects.workflow_count: runs that are not soft-deleted. A run's own row says whether it counts, so a difference is enough.
CREATE FUNCTION trainyard_count_workflow() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
        UPDATE public.projects SET workflow_count = workflow_count - 1 WHERE id = OLD.project_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
        UPDATE public.projects SET workflow_count = workflow_count + 1 WHERE id = NEW.project_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER workflows_count AFTER INSERT OR DELETE ON workflows
    FOR EACH ROW EXECUTE FUNCTION trainyard_count_workflow();
-- Only these columns: an ingested batch, which sets last_seq, must not come here.
CREATE TRIGGER workflows_recount AFTER UPDATE OF project_id, deleted_at ON workflows
    FOR EACH ROW
    WHEN (OLD.project_id <> NEW.project_id OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
    EXECUTE FUNCTION trainyard_count_workflow();

-- projects.dataset_count: linked datasets that are not soft-deleted. Two rows decide (the link and the dataset), so it is
-- counted anew, with the project locked first: the count then sees all that was committed before.
CREATE FUNCTION trainyard_recount_datasets(project_ids uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.projects WHERE id = ANY (project_ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE public.projects AS project SET dataset_count = counted.datasets
    FROM (
        SELECT wanted.id, (
            SELECT count(*) FROM public.project_datasets AS link
            JOIN public.datasets AS dataset ON dataset.id = link.dataset_id
            WHERE link.project_id = wanted.id AND dataset.deleted_at IS NULL
        ) AS datasets
        FROM unnest(project_ids) AS wanted(id)
    ) AS counted
    WHERE project.id = counted.id AND project.dataset_count IS DISTINCT FROM counted.datasets;
END
$$;
CREATE FUNCTION trainyard_count_link() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        -- A soft delete of this dataset under way elsewhere waits for this link, or this link for it.
        PERFORM 1 FROM public.datasets WHERE id = NEW.dataset_id FOR SHARE;
        PERFORM public.trainyard_recount_datasets(
            CASE WHEN TG_OP = 'UPDATE' THEN ARRAY[OLD.project_id, NEW.project_id] ELSE ARRAY[NEW.project_id] END);
    ELSE
        PERFORM public.trainyard_recount_datasets(ARRAY[OLD.project_id]);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER project_datasets_count AFTER INSERT OR UPDATE OR DELETE ON project_datasets
    FOR EACH ROW EXECUTE FUNCTION trainyard_count_link();
CREATE FUNCTION trainyard_count_dataset() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.trainyard_recount_datasets(
        ARRAY(SELECT project_id FROM public.project_datasets WHERE dataset_id = NEW.id));
    RETURN NULL;
END
$$;
CREATE TRIGGER datasets_count AFTER UPDATE OF deleted_at ON datasets
    FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
    EXECUTE FUNCTION trainyard_count_dataset();

-- TRUNCATE fires no row trigger.
CREATE FUNCTION trainyard_zero_counts() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'workflows' THEN
        UPDATE public.projects SET workflow_count = 0 WHERE workflow_count <> 0;
    ELSE
        UPDATE public.projects SET dataset_count = 0 WHERE dataset_count <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER workflows_truncate AFTER TRUNCATE ON workflows
    FOR EACH STATEMENT EXECUTE FUNCTION trainyard_zero_counts();
CREATE TRIGGER project_datasets_truncate AFTER TRUNCATE ON project_datasets
    FOR EACH STATEMENT EXECUTE FUNCTION trainyard_zero_counts();

-- datasets.size_bytes and file_count describe the newest version; without one they stay as they were written.
CREATE FUNCTION trainyard_describe_dataset() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.datasets AS dataset
    SET size_bytes = newest.size_bytes, file_count = newest.image_count
    FROM (
        SELECT DISTINCT ON (dataset_id) dataset_id, size_bytes, image_count FROM public.dataset_versions
        WHERE dataset_id IN (OLD.dataset_id, NEW.dataset_id)
        ORDER BY dataset_id, version DESC
    ) AS newest
    WHERE dataset.id = newest.dataset_id
        AND (dataset.size_bytes, dataset.file_count) IS DISTINCT FROM (newest.size_bytes, newest.image_count);
    RETURN NULL;
END
$$;
CREATE TRIGGER dataset_versions_describe AFTER INSERT OR UPDATE OR DELETE ON dataset_versions
    FOR EACH ROW EXECUTE FUNCTION trainyard_describe_dataset();

-- Rows that were there before this revision.
UPDATE projects SET
    workflow_count = (SELECT count(*) FROM workflows WHERE project_id = projects.id AND deleted_at IS NULL),
    dataset_count = (
        SELECT count(*) FROM project_datasets JOIN datasets ON datasets.id = project_datasets.dataset_id
        WHERE project_datasets.project_id = projects.id AND datasets.deleted_at IS NULL
    );

-- Down Migration

DROP TRIGGER dataset_versions_describe ON dataset_versions;
DROP TRIGGER project_datasets_truncate ON project_datasets;
DROP TRIGGER workflows_truncate ON workflows;
DROP TRIGGER datasets_count ON datasets;
DROP TRIGGER project_datasets_count ON project_datasets;
DROP TRIGGER workflows_recount ON workflows;
DROP TRIGGER workflows_count ON workflows;
DROP FUNCTION trainyard_describe_dataset();
DROP FUNCTION trainyard_zero_counts();
DROP FUNCTION trainyard_count_dataset();
DROP FUNCTION trainyard_count_link();
DROP FUNCTION trainyard_recount_datasets(uuid[]);
DROP FUNCTION trainyard_count_workflow();
