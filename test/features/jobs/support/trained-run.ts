import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import type { ObjectStore } from '../../../../src/main/stores/objects/ports.ts';

/** A safetensors file of two tensors. */
export function weights(): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { trainyard: '{}' },
      'head.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'head.bias': { dtype: 'F32', shape: [2], data_offsets: [24, 32] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer)]);
}

/** A completed run with a model among its stored artifacts; answers its id. */
export async function makeTrainedRun(
  pool: Pool,
  objects: ObjectStore,
  project: string,
  { status = 'completed', stored = true }: { status?: string; stored?: boolean } = {},
): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO workflows (project_id, user_id, name, status) VALUES ($1, $2, 'trained', $3) RETURNING id`,
    [project, localOwnerId, status],
  );
  const runId = rows[0]?.id ?? '';
  const model = Buffer.from(`${JSON.stringify({ classes: ['고양이', 'dog'], learned: 1e-7 })}\n`);
  for (const [name, bytes] of [
    ['model.safetensors', weights()],
    ['model.json', model],
  ] as const) {
    const key = `${runId}/1/artifacts/${name}`;
    if (stored) await objects.put('artifacts', key, bytes);
    await pool.query(
      `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, object_key, size_bytes, sha256)
      VALUES ($1, 1, 'model', $2, $3, $4, $5, $6)`,
      [
        runId,
        name,
        `artifacts/${name}`,
        stored ? key : null,
        bytes.length,
        createHash('sha256').update(bytes).digest('hex'),
      ],
    );
  }
  return runId;
}
