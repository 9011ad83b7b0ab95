import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { ArtifactStore } from '../../../src/main/features/artifacts/artifact-store.ts';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import type { ObjectStore } from '../../../src/main/stores/objects/ports.ts';
import { openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';
import type { Run } from '../../../src/shared/contract/runs.ts';
import { s3Endpoint, startServer, withoutServer } from '../../support/servers.ts';
import { createWorld, queueRun, until } from '../runs/support/acts.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: artifacts on a real S3 server: ${reason}`);

async function ofRun(objects: ObjectStore): Promise<void> {
  const late: { artifacts?: ArtifactStore } = {};
  await using world = await createWorld({
    parts: () => ({ objects, attemptEnded: (attemptId) => late.artifacts?.attemptEnded(attemptId) }),
  });
  const { stage } = world;
  late.artifacts = new ArtifactStore({
    ...stage.parts,
    objects,
    checkRoom: async () => undefined,
  });
  await using artifacts = late.artifacts;
  await stage.runs.loop.start();
  const runId = await queueRun(world, 'quick');
  const isStored = ({ status, artifacts: all }: Run) =>
    status === 'completed' && all.length === 2 && all.every(({ sha256 }) => sha256 !== null);
  const run = await until(stage, runId, 'stored artifacts', isStored);
  await artifacts.idle();
  const read = async (id: string) => {
    const { body, size, name } = await stage.runs.views.readArtifact(runId, id);
    const bytes = await buffer(body);
    expect(bytes.length).toBe(size);
    return { name, bytes: bytes.toString('hex') };
  };
  const before = await Promise.all(run.artifacts.map(({ id }) => read(id)));
  expect(before.map(({ name }) => name).sort()).toEqual(['last.safetensors', 'model.safetensors']);

  await rm(run.attempts[0]?.runDirectory ?? '', { recursive: true });
  expect(await Promise.all(run.artifacts.map(({ id }) => read(id)))).toEqual(before);
  for (const { path: file } of run.artifacts) await objects.remove('artifacts', `${runId}/1/${file}`);
  const [first] = run.artifacts;
  await expect(read(first?.id ?? '')).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
}

test('a run’s artifacts outlive its run directory, as files', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-artifacts-'));
  try {
    const objects = await FilesObjectStore.open(folder);
    await objects.ensureBuckets();
    await ofRun(objects);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe.skipIf(reason !== null)('with a real S3 server', () => {
  test('a run’s artifacts outlive its run directory, as objects', async () => {
    await using server = await startServer('s3');
    const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-artifacts-'));
    try {
      await using objects = await openS3Objects(s3Endpoint(server), folder);
      await objects.ensureBuckets();
      await ofRun(objects);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
