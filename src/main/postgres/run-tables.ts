import type { ColumnType, Generated } from 'kysely';
import type { AttemptStatus, RunStatus } from '../../shared/model/run.ts';
import type { DefaultTime, JsonObject, JsonOrNull, Nullable, TimeOrNull } from './column-types.ts';

/** A checkpoint of an attempt; `path` is absolute. */
export interface Checkpoint {
  readonly attempt: number;
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
}

/** The intent of a further attempt, written with the transition to `queued`. */
export interface RetryWanted {
  readonly kind: 'retry' | 'resume';
  readonly at: string;
  /** A resume: where to go on from. The checkpoint lies on one machine, so only that one may take the run. */
  readonly from?: Checkpoint;
  readonly machineId?: string;
}

export interface WorkflowsTable {
  id: Generated<string>;
  project_id: string;
  user_id: string;
  name: string;
  description: Nullable<string>;
  temporal_workflow_id: Nullable<string>;
  status: Generated<RunStatus>;
  progress_percentage: Generated<number>;
  current_epoch: Nullable<number>;
  total_epochs: Nullable<number>;
  allocated_gpu_type: Nullable<string>;
  allocated_gpu_count: Nullable<number>;
  final_metrics: JsonOrNull<Record<string, number | string>>;
  error_message: Nullable<string>;
  created_at: DefaultTime;
  started_at: TimeOrNull;
  completed_at: TimeOrNull;
  deleted_at: TimeOrNull;
  /** The last journal number given out. */
  last_seq: Generated<number>;
  cancel_requested_at: TimeOrNull;
  priority: Generated<number>;
  executor: Generated<string>;
  queued_at: TimeOrNull;
  /** Intent of the next attempt. */
  retry_wanted: JsonOrNull<RetryWanted>;
  /** Who asked for the run; the same id again is the same run. */
  request_id: Nullable<string>;
  cancel_grace_ms: Nullable<number>;
  updated_at: DefaultTime;
}

export interface WorkflowConfigsTable {
  workflow_id: string;
  task_type: string;
  model_name: string;
  model_source: string;
  dataset_id: string;
  num_classes: Nullable<number>;
  class_names: Nullable<string[]>;
  hyperparameters: ColumnType<JsonObject, string | undefined, string>;
  /** Default 1: a run without a GPU writes 0. */
  required_gpu_count: Generated<number>;
  /** Default 16. */
  required_memory_gb: Generated<number>;
  created_at: DefaultTime;
}

/** The attempts of a run. */
export interface WorkflowRunsTable {
  id: Generated<string>;
  workflow_id: string;
  attempt: number;
  status: Generated<AttemptStatus>;
  end_cause: Nullable<string>;
  message: Nullable<string>;
  container_id: Nullable<string>;
  process_id: Nullable<number>;
  exit_code: Nullable<number>;
  exit_signal: Nullable<string>;
  created_at: DefaultTime;
  started_at: TimeOrNull;
  ended_at: TimeOrNull;
  gpu_uuids: Generated<string[]>;
  image_digest: Nullable<string>;
  checkpoint_path: Nullable<string>;
  run_directory: Nullable<string>;
  resumed_from: JsonOrNull<Checkpoint>;
  /** Where the run directory lies. */
  machine_id: Nullable<string>;
}

export interface MetricsTable {
  id: Generated<number>;
  workflow_id: string;
  epoch: number;
  step: number;
  train_loss: Nullable<number>;
  train_accuracy: Nullable<number>;
  val_loss: Nullable<number>;
  val_accuracy: Nullable<number>;
  gpu_utilization: Nullable<number>;
  memory_usage_gb: Nullable<number>;
  /** Other names, and the exact values (strings) of those that their column does not hold. */
  extra_metrics: JsonOrNull<Record<string, number | string>>;
  recorded_at: DefaultTime;
  workflow_run_id: Nullable<string>;
  seq: Nullable<number>;
  attempt: Nullable<number>;
  attempt_seq: Nullable<number>;
  /** Where `step` is too small for it. */
  exact_step: Nullable<number>;
  /** Where `epoch` holds only its whole part. */
  exact_epoch: Nullable<number>;
}

/** The journal. A row stands for the numbers `seq` to `seq + span - 1`. */
export interface RunEventsTable {
  workflow_id: string;
  seq: number;
  attempt: Nullable<number>;
  attempt_seq: Nullable<number>;
  type: string;
  recorded_at: DefaultTime;
  payload: ColumnType<JsonObject, string | undefined, string>;
  span: Generated<number>;
}

export interface MetricRollupsTable {
  workflow_id: string;
  attempt: number;
  name: string;
  level: number;
  bucket: number;
  count: number;
  min: Nullable<number>;
  max: Nullable<number>;
  sum: Nullable<number>;
  first_step: number;
  last_step: number;
  first_seq: number;
  last_seq: number;
  first_epoch: number;
  last_epoch: number;
  nonfinite: Generated<number>;
  /** Step, epoch and value of each point. */
  points: Nullable<number[]>;
}

export interface IngestCursorsTable {
  attempt_id: string;
  events_offset: Generated<number>;
  events_seq: Generated<number>;
  stdout_offset: Generated<number>;
  stderr_offset: Generated<number>;
  log_lines: Generated<number>;
  state: ColumnType<JsonObject, string | undefined, string>;
  /** Lines without their newline. */
  moving: JsonOrNull<JsonObject[]>;
  updated_at: DefaultTime;
}

export interface RunArtifactsTable {
  id: Generated<string>;
  workflow_id: string;
  attempt: number;
  kind: string;
  name: string;
  path: string;
  object_key: Nullable<string>;
  size_bytes: Nullable<number>;
  sha256: Nullable<string>;
  media_type: Nullable<string>;
  epoch: Nullable<number>;
  step: Nullable<number>;
  metrics: JsonOrNull<Record<string, number | string>>;
  created_at: DefaultTime;
}
