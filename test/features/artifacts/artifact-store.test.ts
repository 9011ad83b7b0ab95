import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { setStored, unstoredArtifacts } from '../../../src/main/features/artifacts/artifact-rows.ts';
import { runDetails } from '../../../src/main/features/runs/run-queries.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import type { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { waitFor } from '../../support/engine.ts';
import { createPlace, openArtifacts } from './place.ts';

const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');

async function keysIn(objects: FilesObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list('artifacts', '')) keys.push(key);
  return keys;
}

test('stores files and folders under the run, the attempt and their path, whatever they are called', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  const { runId } = attempt;
  const odd = 'artifacts/혼동 행렬 (1).json';
  const deep = 'a/b/c/d/e/f/g/h/i.bin';
  await place.addArtifact(attempt, 'artifacts/model.safetensors', 'weights');
  await place.addArtifact(attempt, odd, 'odd');
  await place.addArtifact(attempt, deep, 'deep');
  await place.addArtifact(attempt, 'checkpoints/last/weights.bin', 'of a folder');
  await place.addArtifact(attempt, 'checkpoints/last/한글.json', 'of a folder, too');
  await place.pool.query(`DELETE FROM run_artifacts WHERE path LIKE 'checkpoints/%'`);
  await place.addArtifact(attempt, 'checkpoints/last', null, { kind: 'checkpoint', name: 'last' });

  const { artifacts, objects, warnings } = await openArtifacts(place.pool, place.folder);
  artifacts.attemptEnded(attempt.attemptId);
  await artifacts.idle();
  const file = (name: string, bytes: string, key: string) => ({
    path: name,
    object_key: `${runId}/1/${key}`,
    sha256: sha256(bytes),
    size_bytes: bytes.length,
  });
  expect(await place.rowsOf(runId)).toEqual([
    file(deep, 'deep', `_/${sha256(deep)}`),
    file('artifacts/model.safetensors', 'weights', 'artifacts/model.safetensors'),
    file(odd, 'odd', `_/${sha256(odd)}`),
    { path: 'checkpoints/last', object_key: `${runId}/1/checkpoints/last/`, sha256: null, size_bytes: 27 },
  ]);
  const inFolder = `${runId}/1/checkpoints/last`;
  expect(await text(await objects.get('artifacts', `${inFolder}/weights.bin`))).toBe('of a folder');
  expect(await text(await objects.get('artifacts', `${inFolder}/_/${sha256('한글.json')}`))).toBe(
    'of a folder, too',
  );
  expect(warnings).toEqual([]);
});

test('of checkpoints only the furthest of each name is kept, and listed', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  for (const [name, step] of [
    ['last', 1],
    ['last', 2],
    ['best', 1],
    ['last', 3],
  ] as const) {
    const file = `checkpoints/${name}-${step}.bin`;
    await place.addArtifact(attempt, file, `${name} ${step}`, { kind: 'checkpoint', name, step });
  }
  const { artifacts } = await openArtifacts(place.pool, place.folder);
  await artifacts.sweep();
  await artifacts.idle();
  const stored = (await place.rowsOf(attempt.runId)).filter(({ object_key: key }) => key !== null);
  expect(stored.map((row) => row.path)).toEqual(['checkpoints/best-1.bin', 'checkpoints/last-3.bin']);
  const listed = (await runDetails(new Db(place.pool), attempt.runId)).artifacts.map((row) => row.path);
  expect(listed.toSorted()).toEqual(['checkpoints/best-1.bin', 'checkpoints/last-3.bin']);
});

test('leaves alone what is under way, in the bin, of another machine, or gone', async () => {
  await using place = await createPlace();
  const all = {
    running: await place.addAttempt({ status: 'running' }),
    deleted: await place.addAttempt({ deleted: true }),
    elsewhere: await place.addAttempt({ machineId: 'another' }),
    ended: await place.addAttempt({ status: 'lost' }),
  };
  for (const attempt of Object.values(all)) await place.addArtifact(attempt, 'artifacts/one.json', '{}');
  await place.addArtifact(all.ended, 'artifacts/gone.json', null);
  const { artifacts, objects, warnings } = await openArtifacts(place.pool, place.folder);
  await artifacts.sweep();
  artifacts.attemptEnded(all.running.attemptId);
  artifacts.attemptEnded(all.deleted.attemptId);
  await artifacts.idle();
  expect(await keysIn(objects)).toEqual([`${all.ended.runId}/1/artifacts/one.json`]);
  expect(await place.rowsOf(all.ended.runId)).toMatchObject([
    { path: 'artifacts/gone.json', object_key: null },
    { path: 'artifacts/one.json', object_key: `${all.ended.runId}/1/artifacts/one.json` },
  ]);
  expect(warnings).toEqual([]);
});

test('waits for a store that is away, and stores the rest meanwhile', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  await place.addArtifact(attempt, 'artifacts/a.json', 'a');
  await place.addArtifact(attempt, 'artifacts/b.json', 'b');
  let refusals = 0;
  const opened = await openArtifacts(place.pool, place.folder, {
    objects: {
      put: async (bucket, key, body) => {
        if (key.endsWith('a.json') && refusals < 1) {
          refusals += 1;
          throw new TrainyardError('S3_UNREACHABLE', 'away', 'start it', { status: 503 });
        }
        return opened.objects.put(bucket, key, body);
      },
    },
  });
  const { artifacts, objects, warnings } = opened;
  await artifacts.sweep();
  await artifacts.idle();
  expect(await keysIn(objects)).toEqual([`${attempt.runId}/1/artifacts/b.json`]);
  expect(warnings).toHaveLength(1);
  await waitFor('the second try', async () => (await keysIn(objects)).length === 2);
  await artifacts[Symbol.asyncDispose]();
});

test('an artifact that was written again is another one', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  await place.addArtifact(attempt, 'artifacts/a.json', 'a');
  const db = new Db(place.pool);
  const [before] = await unstoredArtifacts(db, attempt.attemptId);
  if (!before) throw new Error('there is none');
  await place.pool.query(`UPDATE run_artifacts SET created_at = created_at + interval '1 microsecond'`);
  const stored = { objectKey: 'x', sha256: null, sizeBytes: 1 };
  expect(await setStored(db, before, stored)).toBe(false);
  const [now] = await unstoredArtifacts(db, attempt.attemptId);
  if (!now) throw new Error('there is none any more');
  expect(await setStored(db, now, stored)).toBe(true);
  expect(await setStored(db, now, stored)).toBe(false);
});

test('a stop in the middle leaves the rest to the next start', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  for (const name of ['a', 'b', 'c']) await place.addArtifact(attempt, `artifacts/${name}.json`, name);
  const first = await openArtifacts(place.pool, place.folder, {
    objects: {
      put: async (bucket, key, body) => {
        const info = await first.objects.put(bucket, key, body);
        void first.artifacts[Symbol.asyncDispose]();
        return info;
      },
    },
  });
  await first.artifacts.sweep();
  await first.artifacts.idle();
  expect(await keysIn(first.objects)).toHaveLength(1);
  const second = await openArtifacts(place.pool, place.folder);
  await second.artifacts.sweep();
  await second.artifacts.idle();
  expect(await keysIn(second.objects)).toHaveLength(3);
});

test.each(['artifact.put.before', 'artifact.row.before', 'artifact.row.after'])(
  'killed at %s, nothing is lost or doubled',
  async (failpoint) => {
    await using place = await createPlace();
    const attempt = await place.addAttempt();
    for (const name of ['a', 'b', 'c']) await place.addArtifact(attempt, `artifacts/${name}.json`, name);
    const mark = path.join(place.folder, 'taken');
    const store = async (environment: NodeJS.ProcessEnv) => {
      const program = path.join(import.meta.dirname, 'storer.ts');
      const child = spawn(process.execPath, [program, place.url, place.folder], {
        env: { ...process.env, ...environment },
        stdio: 'inherit',
      });
      return (await once(child, 'close'))[1] as NodeJS.Signals | null;
    };
    const environment = { TRAINYARD_FAILPOINT: `${failpoint}:2`, TRAINYARD_FAILPOINT_MARK: mark };
    expect(await store(environment)).toBe('SIGKILL');
    expect(existsSync(mark)).toBe(true);
    expect(await store({})).toBeNull();
    const { objects } = await openArtifacts(place.pool, place.folder);
    const keys = await keysIn(objects);
    const rows = await place.rowsOf(attempt.runId);
    expect(rows.map(({ object_key: key }) => key)).toEqual(keys);
    expect(keys).toHaveLength(3);
    await rm(path.join(place.folder, 'runs'), { recursive: true });
    for (const { object_key: key, path: file } of rows) {
      expect(await text(await objects.get('artifacts', key ?? ''))).toBe(path.basename(file, '.json'));
    }
  },
);
