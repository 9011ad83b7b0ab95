import type { ColumnType, Generated } from 'kysely';
import type { DefaultTime, Json, JsonObject, JsonOrNull, Nullable, TimeOrNull } from './column-types.ts';

export interface UsersTable {
  id: Generated<string>;
  email: string;
  hashed_password: string;
  name: string;
  avatar_url: Nullable<string>;
  plan: Generated<'free' | 'pro' | 'enterprise'>;
  gpu_hours_limit: ColumnType<number | null, number | null | undefined, number | null>;
  storage_gb_limit: ColumnType<number | null, number | null | undefined, number | null>;
  created_at: DefaultTime;
  updated_at: DefaultTime;
  last_login_at: TimeOrNull;
  deleted_at: TimeOrNull;
}

export interface ApiKeysTable {
  id: Generated<string>;
  user_id: string;
  name: string;
  key_hash: string;
  scopes: Generated<string[]>;
  last_used_at: TimeOrNull;
  total_requests: Generated<number>;
  expires_at: TimeOrNull;
  created_at: DefaultTime;
  revoked_at: TimeOrNull;
}

export interface ProjectsTable {
  id: Generated<string>;
  user_id: string;
  name: string;
  description: Nullable<string>;
  tags: Generated<string[]>;
  is_public: Generated<boolean>;
  /** Runs not in the bin; the database keeps it. */
  workflow_count: ColumnType<number, never, never>;
  /** Linked datasets not in the bin; the database keeps it. */
  dataset_count: ColumnType<number, never, never>;
  created_at: DefaultTime;
  updated_at: DefaultTime;
  deleted_at: TimeOrNull;
}

export interface DatasetsTable {
  id: Generated<string>;
  user_id: string;
  name: string;
  description: Nullable<string>;
  storage_path: string;
  format: string;
  /** With `file_count`: the newest version's, which the database sets; what is written counts until there is one. */
  size_bytes: number;
  file_count: number;
  status: Generated<'processing' | 'ready' | 'error' | 'archived'>;
  validation_result: JsonOrNull<JsonObject>;
  created_at: DefaultTime;
  updated_at: DefaultTime;
  deleted_at: TimeOrNull;
}

export interface ProjectDatasetsTable {
  project_id: string;
  dataset_id: string;
  added_at: DefaultTime;
}

export interface DatasetVersionsTable {
  id: Generated<string>;
  dataset_id: string;
  version: number;
  manifest_sha256: string;
  mode: 'copy' | 'link' | 'in_place';
  root_path: Nullable<string>;
  image_count: number;
  size_bytes: number;
  classes: ColumnType<{ name: string; count: number }[], string | undefined, string>;
  summary: ColumnType<JsonObject, string | undefined, string>;
  created_at: DefaultTime;
}

export interface DatasetImportsTable {
  id: Generated<string>;
  dataset_id: string;
  project_id: string;
  user_id: string;
  machine_id: string;
  source: string;
  format: string;
  mode: 'copy' | 'link' | 'in_place';
  skip_invalid: Generated<boolean>;
  reading: Generated<unknown>;
  phase: Generated<'validating' | 'storing' | 'committing' | 'cancelling' | 'done' | 'failed' | 'cancelled'>;
  total: Nullable<number>;
  version: Nullable<number>;
  reused: Generated<boolean>;
  error: JsonOrNull<JsonObject>;
  validation: JsonOrNull<JsonObject>;
  blobs: Nullable<Buffer>;
  created_at: DefaultTime;
  updated_at: DefaultTime;
}

export interface UsageTrackingTable {
  id: Generated<number>;
  user_id: string;
  resource_type: string;
  amount: number;
  unit: string;
  workflow_id: Nullable<string>;
  cost_usd: Nullable<number>;
  recorded_at: DefaultTime;
}

export interface InferenceEndpointsTable {
  id: Generated<string>;
  workflow_id: string;
  user_id: string;
  endpoint_url: string;
  status: Generated<'deploying' | 'active' | 'inactive' | 'error'>;
  total_requests: Generated<number>;
  last_request_at: TimeOrNull;
  created_at: DefaultTime;
  updated_at: DefaultTime;
  deleted_at: TimeOrNull;
}

export interface DocumentsTable {
  collection: string;
  id: string;
  body: Json<JsonObject>;
  expires_at: TimeOrNull;
  created_at: DefaultTime;
}

export interface KvEntriesTable {
  key: string;
  value: ColumnType<unknown, string, string>;
  expires_at: TimeOrNull;
}

export interface KvQueueTable {
  queue: string;
  id: string;
  body: ColumnType<unknown, string, string>;
  position: ColumnType<number, never, never>;
  deliveries: Generated<number>;
  visible_at: DefaultTime;
  receipt: Nullable<string>;
  created_at: DefaultTime;
}

export interface JobsTable {
  id: Generated<string>;
  user_id: string;
  kind: 'dataset.statistics' | 'model.export';
  arguments: Json<JsonObject>;
  idempotency_key: string;
  queue: string;
  status: Generated<'queued' | 'running' | 'done' | 'failed'>;
  /** Of its message: one of an earlier round has no say any more. */
  round: Generated<number>;
  attempts: Generated<number>;
  worker: Nullable<string>;
  /** Of whoever has it: what anybody else hands in is ignored. */
  claim: Nullable<string>;
  leased_until: TimeOrNull;
  result: JsonOrNull<JsonObject>;
  error: JsonOrNull<JsonObject>;
  created_at: DefaultTime;
  started_at: TimeOrNull;
  ended_at: TimeOrNull;
  updated_at: DefaultTime;
}
