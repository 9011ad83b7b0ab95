import path from 'node:path';
import { auditLog } from '../../../../src/main/features/audit/audit-log.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { FileUploads } from '../../../../src/main/features/uploads/files/file-uploads.ts';
import {
  nameOfSource,
  openFetched,
  openWeights,
} from '../../../../src/main/features/weights/files/weights-source.ts';
import { Downloads } from '../../../../src/main/features/weights/hubs/download.ts';
import { HubCaches } from '../../../../src/main/features/weights/hubs/hub-caches.ts';
import { accountAt, hubToken, splitAccount } from '../../../../src/main/features/weights/hubs/hub-token.ts';
import { WeightsService } from '../../../../src/main/features/weights/weights.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { PostgresDocumentStore } from '../../../../src/main/stores/documents/postgres/document-store.ts';
import { FilesObjectStore } from '../../../../src/main/stores/objects/files/object-store.ts';
import type { Weights } from '../../../../src/shared/contract/weights.ts';
import { createTestDatabase } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** The weights' services on a real database and real files; `environment` is what a person set. */
export async function createWorld(environment: NodeJS.ProcessEnv = {}) {
  const database = await createTestDatabase();
  const place = await temporaryFolder();
  const pool = createPool({ url: database.url }, { max: 4 });
  const db = new Db(pool);
  const objects = await FilesObjectStore.open(path.join(place.folder, 'objects'));
  await objects.ensureBuckets();
  const documents = new PostgresDocumentStore(pool);
  const logged: unknown[] = [];
  const log = {
    info: (...said: unknown[]) => logged.push(said),
    error: (...said: unknown[]) => logged.push(said),
  };
  const uploads = await FileUploads.open(path.join(place.folder, 'uploads'));
  const own: NodeJS.ProcessEnv = {
    HF_HOME: path.join(place.folder, 'hf'),
    TORCH_HOME: path.join(place.folder, 'torch'),
    ...environment,
  };
  const caches = new HubCaches(own);
  const parts = {
    ...{ db, objects, uploads, changes: new ChangeFeed(), machineId: 'machine', log },
    audit: auditLog(documents, (error) => logged.push(error)),
    checkRoom: async () => {},
    open: openWeights,
    openFetched,
    nameOf: nameOfSource,
    downloads: new Downloads(() => path.join(place.folder, 'downloads')),
    token: () => hubToken(own, null),
    cached: () => caches.list(),
    huggingFace: () => (own.HF_ENDPOINT ? splitAccount(own.HF_ENDPOINT).address : undefined),
    accountAt: (url: string) => accountAt(own.HF_ENDPOINT ? splitAccount(own.HF_ENDPOINT) : null, url),
  };
  const open = (changed: Partial<typeof parts> = {}) => new WeightsService({ ...parts, ...changed });
  const weights = open();
  /** Waits until they are over. */
  const stored = async ({ id }: Pick<Weights, 'id'>, service = weights) => {
    for (let afterDone = -1; ; ) {
      const { phase, done } = await service.wait({ weightsId: id, afterDone, waitMs: 5000 });
      if (phase === 'done' || phase === 'failed') return service.show(localOwnerId, id);
      afterDone = done;
    }
  };
  return {
    ...{ folder: place.folder, db, pool, objects, documents, uploads, logged, weights, open, stored, caches },
    [Symbol.asyncDispose]: async () => {
      await weights.storing.close();
      await pool.end();
      await database[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
