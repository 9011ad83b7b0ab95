import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import {
  cancelSchema,
  exitRecordSchema,
  supervisorRecordSchema,
} from '../../../shared/model/run-directory.ts';
import type { ExitRecord, SupervisorRecord } from '../../domain/runs/observation.ts';
import { hasCode } from '../../error-code.ts';

const largestRecordBytes = 64 * 1024;

async function readRecord<T>(runDirectory: string, name: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    await using handle = await open(path.join(runDirectory, name), constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    // A trainer can put anything in its place: what no supervisor writes is as if it were not there.
    if (!stats.isFile() || stats.size > largestRecordBytes) return null;
    text = await handle.readFile('utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO')) return null;
    throw error;
  }
  try {
    // All of them are written whole: what does not parse was not written by us.
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `supervisor.json`; null where there is none. */
export async function readSupervisor(runDirectory: string): Promise<SupervisorRecord | null> {
  const record = await readRecord(runDirectory, 'supervisor.json', supervisorRecordSchema);
  return record && { trainerPid: record.trainerPid, startedAt: new Date(record.startedAt) };
}

/** `exit.json`; null where there is none. */
export async function readExit(runDirectory: string): Promise<ExitRecord | null> {
  const record = await readRecord(runDirectory, 'exit.json', exitRecordSchema);
  return (
    record && {
      ...record,
      message: record.message ?? null,
      startedAt: new Date(record.startedAt),
      endedAt: new Date(record.endedAt),
    }
  );
}

/** The grace that the `cancel` file names, in milliseconds; null where there is none. */
export async function readCancelGrace(runDirectory: string): Promise<number | null> {
  return (await readRecord(runDirectory, 'cancel', cancelSchema))?.graceMs ?? null;
}
