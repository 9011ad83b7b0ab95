import path from 'node:path';
import type { z } from 'zod';
import {
  cancelSchema,
  exitRecordSchema,
  supervisorRecordSchema,
} from '../../../../shared/model/run-directory.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { inspectStateFile } from '../../../platform/state-file.ts';
import type { ExitRecord, SupervisorRecord } from '../ports.ts';

const largestRecordBytes = 64 * 1024;

/** All of them are written whole, and a trainer can put anything in their place: what cannot be read as one was not written by us, and is as good as not there. */
function readRecord<T>(runDirectory: string, name: string, schema: z.ZodType<T>): T | null {
  const found = inspectStateFile(path.join(runDirectory, name), schema, {
    hint: '',
    owners: 'any',
    largest: largestRecordBytes,
  });
  if (found.kind !== 'unusable') return found.kind === 'whole' ? found.value : null;
  const { code, cause } = found.error;
  // This process has no descriptors left, say: that tells nothing of the file, and a run must not be lost of it.
  if (code === 'STATE_FILE_UNREADABLE' && !isUnreachable(cause)) throw found.error;
  return null;
}

/** Why a record of the supervisor cannot be read, in words: the first of `exit.json` and `supervisor.json`; undefined where it can, or is not there. */
export function recordFault(runDirectory: string): string | undefined {
  for (const [name, schema] of [
    ['exit.json', exitRecordSchema],
    ['supervisor.json', supervisorRecordSchema],
  ] as const) {
    const found = inspectStateFile<unknown>(path.join(runDirectory, name), schema, {
      hint: '',
      owners: 'any',
      largest: largestRecordBytes,
    });
    if (found.kind === 'unusable') return found.error.message;
  }
  return undefined;
}

/** `supervisor.json`; null where there is none. */
export async function readSupervisor(runDirectory: string): Promise<SupervisorRecord | null> {
  const record = readRecord(runDirectory, 'supervisor.json', supervisorRecordSchema);
  return record && { trainerPid: record.trainerPid, startedAt: new Date(record.startedAt) };
}

/** `exit.json`; null where there is none. */
export async function readExit(runDirectory: string): Promise<ExitRecord | null> {
  const record = readRecord(runDirectory, 'exit.json', exitRecordSchema);
  return (
    record && {
      ...record,
      message: record.message ?? null,
      diskSpent: record.diskSpent ?? false,
      startedAt: new Date(record.startedAt),
      endedAt: new Date(record.endedAt),
    }
  );
}

/** The grace that the `cancel` file names, in milliseconds; null where there is none. */
export async function readCancelGrace(runDirectory: string): Promise<number | null> {
  return readRecord(runDirectory, 'cancel', cancelSchema)?.graceMs ?? null;
}
