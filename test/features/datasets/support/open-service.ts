import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { auditLog } from '../../../../src/main/features/audit/audit-log.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { DatasetService } from '../../../../src/main/features/datasets/dataset-service.ts';
import { localExaminer } from '../../../../src/main/features/datasets/examiner/local-examiner.ts';
import { defaultLimits } from '../../../../src/main/features/datasets/limits.ts';
import { sharpImageReader } from '../../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { bucketArchivesOf, sourcesOf } from '../../../../src/main/features/datasets/sources/open-source.ts';
import { rootedFiles } from '../../../../src/main/features/datasets/sources/rooted-files.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { findProject, insertProject } from '../../../../src/main/features/projects/project-rows.ts';
import { FileUploads } from '../../../../src/main/features/uploads/files/file-uploads.ts';
import type { S3Endpoint } from '../../../../src/main/platform/endpoints.ts';
import { Scratch } from '../../../../src/main/platform/scratch.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { FilesObjectStore } from '../../../../src/main/stores/objects/files/object-store.ts';
import type { LocalObjects, ObjectStore } from '../../../../src/main/stores/objects/ports.ts';
import type { Reading } from '../../../../src/shared/contract/dataset-reading.ts';
import type { FormatChoice } from '../../../../src/shared/contract/datasets.ts';
import { isOver } from '../../../../src/shared/model/import-phase.ts';

/** The service of datasets on a real PostgreSQL and a real folder (or `elsewhere`, which takes no links), as the engine wires it. */
export async function openService(
  databaseUrl: string,
  home: string,
  machineId = 'this-machine',
  elsewhere?: ObjectStore & LocalObjects,
  s3: S3Endpoint | null = null,
  checkScratch: (bytes: number) => Promise<void> = async () => {},
  dropOf?: (source: string) => Promise<{ name: string; fingerprint: string } | null>,
) {
  const pool = createPool({ url: databaseUrl });
  const store = await FilesObjectStore.open(path.join(home, 'objects'));
  await store.ensureBuckets();
  const uploads = await FileUploads.open(path.join(home, 'uploads'));
  const scratch = path.join(home, 'scratch');
  const changes = new ChangeFeed();
  const problems: unknown[] = [];
  const audit: Record<string, unknown>[] = [];
  const documents = {
    insert: async (_: string, document: Record<string, unknown>) => void audit.push(document),
  };
  const db = new Db(pool);
  const service = new DatasetService({
    db,
    store: elsewhere ?? store,
    local: elsewhere ?? store,
    links: elsewhere ? null : store,
    rooted: rootedFiles,
    open: sourcesOf(defaultLimits, home, s3),
    uploads,
    scratch: new Scratch(scratch, () => mkdirSync(scratch, { recursive: true })),
    checkRoom: async () => {},
    dropOf: dropOf ?? (async () => null),
    checkScratch,
    findArchive: bucketArchivesOf(s3),
    reader: sharpImageReader,
    examine: localExaminer(home, s3),
    changes,
    log: { info: () => undefined, error: (details: unknown) => void problems.push(details) },
    audit: auditLog(documents, (error) => void problems.push(error)),
    machineId,
  });
  return {
    service,
    store,
    uploads,
    changes,
    pool,
    db,
    audit,
    /** What went to the log as an error. */
    problems,
    async [Symbol.asyncDispose]() {
      await service.close();
      await pool.end();
    },
  };
}

export type OpenedService = Awaited<ReturnType<typeof openService>>;

/** How many datasets the row of a project counts. */
export async function datasetCount({ db }: OpenedService, project: string): Promise<number> {
  return (await findProject(db, localOwnerId, project)).datasetCount;
}

/** Makes a project and answers its id. */
export async function makeProject({ db }: OpenedService, name = 'demo'): Promise<string> {
  return (await insertProject(db, localOwnerId, { name })).id;
}

/** Waits for the end of an import, by cursor as readers do. */
export async function importOver({ service }: OpenedService, importId: string) {
  for (let seen = -1; ; ) {
    const progress = await service.waitForImport({ importId, afterDone: seen, waitMs: 10_000 });
    if (isOver(progress.phase)) return progress;
    seen = progress.done;
  }
}

/** Imports and waits for the end. */
export async function importFolder(
  opened: OpenedService,
  request: {
    path: string;
    project: string;
    name?: string;
    description?: string;
    mode?: 'copy' | 'link' | 'in_place';
    skipInvalid?: boolean;
    format?: FormatChoice;
    reading?: Reading;
  },
) {
  const begun = await opened.service.import(localOwnerId, {
    format: 'imagenet',
    mode: 'copy',
    skipInvalid: false,
    ...request,
  });
  return { ...begun, ...(await importOver(opened, begun.importId)) };
}
