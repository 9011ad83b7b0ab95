import path from 'node:path';
import { pino } from 'pino';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { FileUploads } from '../../../../src/main/features/uploads/files/file-uploads.ts';
import {
  nameOfSource,
  openFetched,
  openWeights,
} from '../../../../src/main/features/weights/files/weights-source.ts';
import { Downloads } from '../../../../src/main/features/weights/hubs/download.ts';
import { WeightsService } from '../../../../src/main/features/weights/weights.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { FilesObjectStore } from '../../../../src/main/stores/objects/files/object-store.ts';

/* An engine's life with weights: it goes on with what was left, stores a file, stores one that is gone, and removes one. */

const [url = '', folder = '', file = ''] = process.argv.slice(2);
const pool = createPool({ url }, { max: 2 });
const objects = await FilesObjectStore.open(path.join(folder, 'objects'));
await objects.ensureBuckets();
const weights = new WeightsService({
  ...{ db: new Db(pool), objects, changes: new ChangeFeed(), machineId: 'machine' },
  uploads: await FileUploads.open(path.join(folder, 'uploads')),
  log: pino({ level: 'silent' }),
  audit: async () => {},
  checkRoom: async () => {},
  open: openWeights,
  openFetched,
  nameOf: nameOfSource,
  downloads: new Downloads(() => path.join(folder, 'downloads')),
  token: async () => null,
  accountAt: () => null,
  cached: async () => [],
  huggingFace: () => undefined,
});
const states = async () => {
  const { weights: all } = await weights.list(localOwnerId, { limit: 100 });
  return new Map(all.map(({ name, status, id }) => [name, { status, id }]));
};
const over = async (name: string) => {
  const id = (await states()).get(name)?.id;
  for (let afterDone = -1; id !== undefined; ) {
    const { phase, done } = await weights.wait({ weightsId: id, afterDone, waitMs: 5000 });
    if (phase === 'done' || phase === 'failed') return;
    afterDone = done;
  }
};

await weights.storing.resume();
for (const name of (await states()).keys()) await over(name).catch(() => undefined);
if (!(await states()).has('kept')) await weights.add(localOwnerId, { path: file, name: 'kept' });
await over('kept');
if (!(await states()).has('absent'))
  await weights.pull(localOwnerId, { model: 'timm/resnet18', name: 'absent', mirror: 'http://127.0.0.1:9' });
await over('absent');
if (!(await states()).has('going')) await weights.add(localOwnerId, { path: file, name: 'going' });
await over('going');
await weights.remove(localOwnerId, 'going');
await weights.storing.close();
await pool.end();
