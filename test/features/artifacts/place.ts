import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { ArtifactStore } from '../../../src/main/features/artifacts/artifact-store.ts';
import { ChangeFeed } from '../../../src/main/features/changes/change-feed.ts';
import { DiskWatch } from '../../../src/main/features/disk/disk-watch.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { FileRunDirectories } from '../../../src/main/features/runs/process/run-directories.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const quiet = { info: () => undefined, warn: () => undefined };

export interface ArtifactRow {
  readonly path: string;
  readonly object_key: string | null;
  readonly sha256: string | null;
  readonly size_bytes: number | null;
}

/** The service on a database and a folder that are there, without anything else of an engine. */
export async function openArtifacts(
  pool: pg.Pool,
  folder: string,
  more: Partial<ConstructorParameters<typeof ArtifactStore>[0]> = {},
): Promise<{ artifacts: ArtifactStore; objects: FilesObjectStore; warnings: unknown[] }> {
  const objects = await FilesObjectStore.open(path.join(folder, 'objects'));
  await objects.ensureBuckets();
  const warnings: unknown[] = [];
  const disk = new DiskWatch(folder, () => [], new ChangeFeed(), quiet);
  const artifacts = new ArtifactStore({
    db: new Db(pool),
    objects,
    directories: new FileRunDirectories(path.join(folder, 'runs')),
    checkRoom: (bytes, what) => disk.checkFits('objects', bytes, what),
    machineId: 'machine',
    changes: new ChangeFeed(),
    log: { info: () => undefined, warn: (details) => void warnings.push(details) },
    ...more,
  });
  return { artifacts, objects, warnings };
}

/** A database and a folder with attempts whose artifacts the test writes itself. @param parent of the folder, on whichever disk */
export async function createPlace(parent = tmpdir()) {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(parent, 'trainyard-artifacts-'));
  const pool = createPool({ url: database.url }, { max: 4 });
  const { rows: projects } = await pool.query<{ id: string }>(
    `INSERT INTO projects (user_id, name) VALUES ($1, 'demo') RETURNING id`,
    [localOwnerId],
  );

  /** A run with one attempt. */
  const addAttempt = async (options: { status?: string; machineId?: string; deleted?: boolean } = {}) => {
    const { status = 'completed', machineId = 'machine', deleted = false } = options;
    const [runId, attemptId] = [randomUUID(), randomUUID()];
    const runDirectory = path.join(folder, 'runs', runId, '1');
    await mkdir(runDirectory, { recursive: true });
    await pool.query(
      `INSERT INTO workflows (id, project_id, user_id, name, status, deleted_at)
       VALUES ($1, $2, $3, 'run', 'completed', CASE WHEN $4 THEN now() END)`,
      [runId, projects[0]?.id, localOwnerId, deleted],
    );
    await pool.query(
      `INSERT INTO workflow_runs (id, workflow_id, attempt, status, machine_id, run_directory) VALUES ($1, $2, 1, $3, $4, $5)`,
      [attemptId, runId, status, machineId, runDirectory],
    );
    return { runId, attemptId, runDirectory };
  };

  /** A row, and its file where there are bytes. */
  const addArtifact = async (
    { runId, runDirectory }: { runId: string; runDirectory: string },
    file: string,
    bytes: string | null,
    more: { kind?: string; name?: string; step?: number } = {},
  ) => {
    if (bytes !== null) {
      const place = path.join(runDirectory, file);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, bytes);
    }
    await pool.query(
      `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, step, size_bytes) VALUES ($1, 1, $2, $3, $4, $5, 1)`,
      [runId, more.kind ?? 'other', more.name ?? 'some', file, more.step ?? null],
    );
  };

  const rowsOf = async (runId: string): Promise<ArtifactRow[]> =>
    (
      await pool.query<ArtifactRow>(
        `SELECT path, object_key, sha256, size_bytes FROM run_artifacts WHERE workflow_id = $1 ORDER BY path COLLATE "C"`,
        [runId],
      )
    ).rows;

  /** What the run's history says, in order. */
  const toldOf = async (runId: string): Promise<{ cause?: string; message: string }[]> =>
    (
      await pool.query<{ payload: { cause?: string; message: string } }>(
        'SELECT payload FROM run_events WHERE workflow_id = $1 ORDER BY seq',
        [runId],
      )
    ).rows.map(({ payload }) => payload);

  return {
    url: database.url,
    pool,
    folder,
    addAttempt,
    addArtifact,
    rowsOf,
    toldOf,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
