import path from 'node:path';
import { AuditLog } from '../../../../src/main/features/audit/audit-log.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { DatasetRepository } from '../../../../src/main/features/datasets/dataset-rows.ts';
import { DatasetService } from '../../../../src/main/features/datasets/dataset-service.ts';
import { localExaminer } from '../../../../src/main/features/datasets/examiner/local-examiner.ts';
import { ImportRepository } from '../../../../src/main/features/datasets/import-rows.ts';
import { defaultLimits } from '../../../../src/main/features/datasets/limits.ts';
import { SharpImageReader } from '../../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { sourcesOf } from '../../../../src/main/features/datasets/sources/open-source.ts';
import { LocalRootedFiles } from '../../../../src/main/features/datasets/sources/rooted-files.ts';
import { FileUploads } from '../../../../src/main/features/datasets/sources/uploads.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { ProjectStore } from '../../../../src/main/features/projects/project-rows.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { FilesObjectStore } from '../../../../src/main/stores/objects/files/object-store.ts';
import type { LocalObjects, ObjectStore } from '../../../../src/main/stores/objects/ports.ts';
import { isOver } from '../../../../src/shared/contract/file-progress.ts';

/** The service of datasets on a real PostgreSQL and a real folder (or `elsewhere`, which takes no links), as the engine wires it. */
export async function openService(
  databaseUrl: string,
  home: string,
  machineId = 'this-machine',
  elsewhere?: ObjectStore & LocalObjects,
) {
  const pool = createPool({ url: databaseUrl });
  const store = await FilesObjectStore.open(path.join(home, 'objects'));
  await store.ensureBuckets();
  const uploads = await FileUploads.open(path.join(home, 'uploads'));
  const changes = new ChangeFeed();
  const problems: unknown[] = [];
  const audit: Record<string, unknown>[] = [];
  const documents = {
    insert: async (_: string, document: Record<string, unknown>) => void audit.push(document),
  };
  const projects = new ProjectStore(pool);
  const service = new DatasetService({
    repository: new DatasetRepository(pool),
    importRows: new ImportRepository(pool),
    projects,
    store: elsewhere ?? store,
    local: elsewhere ?? store,
    links: elsewhere ? null : store,
    rooted: new LocalRootedFiles(),
    open: sourcesOf(defaultLimits, home),
    uploads,
    checkRoom: async () => {},
    reader: new SharpImageReader(),
    examine: localExaminer(home),
    changes,
    log: { info: () => undefined, error: (details) => void problems.push(details) },
    audit: new AuditLog(documents, (error) => void problems.push(error)),
    machineId,
  });
  return {
    service,
    store,
    uploads,
    changes,
    pool,
    projects,
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

/** Makes a project and answers its id. */
export async function makeProject({ projects }: OpenedService, name = 'demo'): Promise<string> {
  const project = await projects.create({ userId: localOwnerId, name, description: null, tags: [] });
  if (!project) throw new Error(`the project ${name} is there already`);
  return project.id;
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
