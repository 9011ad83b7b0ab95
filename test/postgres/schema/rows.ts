import type pg from 'pg';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';

async function idOf(client: pg.ClientBase, statement: string, values: readonly unknown[]): Promise<string> {
  const { rows } = await client.query<{ id: string }>(`${statement} RETURNING id`, [...values]);
  return rows[0]?.id ?? '';
}

export function addProject(client: pg.ClientBase): Promise<string> {
  return idOf(client, 'INSERT INTO projects (user_id, name) VALUES ($1, gen_random_uuid())', [localOwnerId]);
}

export function addDataset(client: pg.ClientBase): Promise<string> {
  return idOf(
    client,
    "INSERT INTO datasets (user_id, name, storage_path, format, size_bytes, file_count) VALUES ($1, gen_random_uuid(), 's3://datasets/x/1', 'imagenet', 0, 0)",
    [localOwnerId],
  );
}

export function addWorkflow(client: pg.ClientBase, project: string): Promise<string> {
  return idOf(client, "INSERT INTO workflows (project_id, user_id, name) VALUES ($1, $2, 'w')", [
    project,
    localOwnerId,
  ]);
}

export async function addMetric(client: pg.ClientBase, workflow: string, recordedAt: string): Promise<void> {
  await client.query('INSERT INTO metrics (workflow_id, epoch, step, recorded_at) VALUES ($1, 1, 1, $2)', [
    workflow,
    recordedAt,
  ]);
}
