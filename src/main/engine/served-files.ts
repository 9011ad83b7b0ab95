import { Readable } from 'node:stream';
import { phrase } from '../../shared/errors/entry.ts';
import type { DiskWatch } from '../features/disk/disk-watch.ts';
import { localOwnerId } from '../features/identity/local-owner.ts';
import { readLog } from '../features/logs/read-log.ts';
import type { ServedFiles } from '../server/files.ts';
import type { Services } from './services.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

/** A run's log as text, a page at a time. */
async function* wholeLog({ readings }: Services, runId: string): AsyncGenerator<string> {
  for (let from = 0; ; ) {
    const query = { runId, from, limit: 10_000, level: null, search: null, waitMs: 0 };
    const { lines, next, total } = await readLog(readings, query);
    yield lines.map(({ time, level, message }) => `${time} ${level.padEnd(7)} ${message}\n`).join('');
    if (next >= total) return;
    from = next;
  }
}

/** The files that the server sends and takes, of the stores of that moment; an upload that would not fit is refused before it comes. */
export function servedFiles(supervisor: StoreSupervisor, disk: Pick<DiskWatch, 'checkFits'>): ServedFiles {
  return {
    readImage: (request) => supervisor.current.services.datasets.readImage(request),
    readExport: ({ datasetId, ...request }) =>
      supervisor.current.services.exports.open(localOwnerId, { dataset: datasetId, ...request }),
    readArtifact: (runId, artifactId) =>
      supervisor.current.services.runs.views.readArtifact(runId, artifactId),
    readLog: async (runId) => Readable.from(wholeLog(supervisor.current.services, runId)),
    storeUpload: async (uploadId, name, body, announcedBytes) => {
      await disk.checkFits(
        'uploads',
        announcedBytes ?? 0,
        phrase('The upload "{name}"', '"{name}" 업로드', { name }),
      );
      return supervisor.current.services.uploads.store(uploadId, name, body);
    },
  };
}
