import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type {
  IngestCursorsTable,
  MetricRollupsTable,
  MetricsTable,
  RunArtifactsTable,
  RunEventsTable,
  WorkflowConfigsTable,
  WorkflowRunsTable,
  WorkflowsTable,
} from './run-tables.ts';
import type {
  ApiKeysTable,
  DatasetImportsTable,
  DatasetsTable,
  DatasetVersionsTable,
  DocumentsTable,
  InferenceEndpointsTable,
  JobsTable,
  KvEntriesTable,
  KvQueueTable,
  ProjectDatasetsTable,
  ProjectsTable,
  UsageTrackingTable,
  UsersTable,
} from './tables.ts';

export interface Database {
  users: UsersTable;
  api_keys: ApiKeysTable;
  projects: ProjectsTable;
  datasets: DatasetsTable;
  project_datasets: ProjectDatasetsTable;
  dataset_versions: DatasetVersionsTable;
  dataset_imports: DatasetImportsTable;
  workflows: WorkflowsTable;
  workflow_configs: WorkflowConfigsTable;
  workflow_runs: WorkflowRunsTable;
  metrics: MetricsTable;
  usage_tracking: UsageTrackingTable;
  inference_endpoints: InferenceEndpointsTable;
  run_events: RunEventsTable;
  metric_rollups: MetricRollupsTable;
  ingest_cursors: IngestCursorsTable;
  run_artifacts: RunArtifactsTable;
  documents: DocumentsTable;
  kv_entries: KvEntriesTable;
  kv_queue: KvQueueTable;
  jobs: JobsTable;
}

/** Typed queries over a pool; ending the pool stays the caller's. */
export function createDatabase(pool: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
