import { fault } from '../../../shared/errors/catalogue.ts';
import type { DatabaseView } from '../../stores/snapshots/moment.ts';

/** A table of which some rows belong to a project. */
export interface ProjectTable {
  readonly name: string;
  /** Which of its rows `t`: SQL, in which `$project` stands for the project's id. */
  readonly where: string;
}

const runs = '(SELECT id FROM workflows WHERE project_id = $project AND deleted_at IS NULL)';
const ofRuns = `t.workflow_id IN ${runs}`;
const datasets = `(SELECT dataset_id FROM project_datasets WHERE project_id = $project
  UNION SELECT dataset_id FROM workflow_configs WHERE workflow_id IN ${runs})`;
const weights = `(SELECT weights ->> 'id' FROM workflow_configs WHERE workflow_id IN ${runs})`;

/** What a project's rows are, each table behind those that its foreign keys name. */
export const projectTables: readonly ProjectTable[] = [
  { name: 'projects', where: 't.id = $project' },
  { name: 'datasets', where: `t.id IN ${datasets}` },
  { name: 'dataset_versions', where: `t.dataset_id IN ${datasets}` },
  { name: 'project_datasets', where: 't.project_id = $project' },
  { name: 'weights', where: `t.id::text IN ${weights} AND t.status = 'ready'` },
  { name: 'workflows', where: `t.id IN ${runs}` },
  { name: 'workflow_configs', where: ofRuns },
  { name: 'workflow_scripts', where: ofRuns },
  { name: 'workflow_runs', where: ofRuns },
  { name: 'run_events', where: ofRuns },
  { name: 'run_artifacts', where: ofRuns },
  { name: 'metrics', where: ofRuns },
  { name: 'metric_rollups', where: ofRuns },
  {
    name: 'ingest_cursors',
    where: `t.attempt_id IN (SELECT id FROM workflow_runs WHERE workflow_id IN ${runs})`,
  },
  { name: 'inference_endpoints', where: ofRuns },
];

/** Tables of which a capsule has nothing, each with the reason. A new table is in one of the two lists. */
export const tablesWithoutProject: Readonly<Record<string, string>> = {
  users: 'whoever owns the project is there already, or may be somebody else',
  api_keys: 'of a person',
  run_templates: 'of a person',
  jobs: 'work of one engine',
  dataset_imports: 'they name folders of one machine',
  dismissed_drops: 'of one inbox',
  usage_tracking: 'numbered by one database',
};

export interface ProjectFacts {
  readonly project: { readonly id: string; readonly name: string };
  readonly runs: readonly string[];
  readonly versions: readonly {
    readonly dataset: string;
    readonly name: string;
    readonly version: number;
    readonly isInPlace: boolean;
    readonly manifestSha256: string;
  }[];
  /** Keys in the bucket of artifacts. */
  readonly artifacts: readonly string[];
  /** Keys in the bucket of models. */
  readonly weights: readonly string[];
}

/** What a capsule of a project is made of. @throws TrainyardError PROJECT_NOT_FOUND, CAPSULE_RUN_UNDER_WAY */
export async function readProject(view: DatabaseView, reference: string): Promise<ProjectFacts> {
  const found = await view.query<{ id: string; name: string }>(
    `SELECT id, name FROM projects WHERE deleted_at IS NULL AND (id::text = lower($1) OR lower(name) = lower($1))
     ORDER BY id::text = lower($1) DESC LIMIT 2`,
    [reference.trim()],
  );
  const [project] = found.rows;
  if (!project) throw fault('PROJECT_NOT_FOUND', { name: reference });
  const rowsOf = async <Row extends object>(text: string) =>
    (await view.query<Row>(text.replaceAll('$project', '$1'), [project.id])).rows;
  const all = await rowsOf<{ id: string; name: string; over: boolean }>(
    `SELECT id, name, status NOT IN ('pending', 'queued', 'running') AS over FROM workflows WHERE id IN ${runs} ORDER BY id`,
  );
  const busy = all.find(({ over }) => !over);
  if (busy) throw fault('CAPSULE_RUN_UNDER_WAY', { run: busy.name });
  const versions = await rowsOf<ProjectFacts['versions'][number]>(
    `SELECT d.id AS dataset, d.name, v.version, v.mode = 'in_place' AS "isInPlace", v.manifest_sha256 AS "manifestSha256"
     FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id WHERE d.id IN ${datasets} ORDER BY d.id, v.version`,
  );
  const artifacts = await rowsOf<{ key: string }>(
    `SELECT DISTINCT object_key AS key FROM run_artifacts WHERE object_key IS NOT NULL AND workflow_id IN ${runs} ORDER BY 1`,
  );
  const files = await rowsOf<{ key: string }>(
    `SELECT 'weights/' || t.id || '/' || (file ->> 'name') AS key FROM weights t, jsonb_array_elements(files) AS file
     WHERE t.id::text IN ${weights} AND t.status = 'ready' ORDER BY 1`,
  );
  return {
    project,
    runs: all.map(({ id }) => id),
    versions,
    artifacts: artifacts.map(({ key }) => key),
    weights: files.map(({ key }) => key),
  };
}
