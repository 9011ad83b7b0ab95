import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Manifest } from './manifest.ts';
import { otherContent, readSnapshotFile, type SnapshotWriter } from './snapshot-files.ts';

const fileName = 'settings.json';
const schema = z.record(z.string(), z.unknown());

/** Values by the names of settings. */
export type Settings = Readonly<Record<string, unknown>>;

export async function writeSettings(settings: Settings, writer: SnapshotWriter): Promise<string> {
  await writer.write(fileName, [Buffer.from(`${JSON.stringify(settings, null, 2)}\n`)]);
  return fileName;
}

/** @throws TrainyardError SNAPSHOT_FILE_… */
export async function readSettings(folder: string, { files, settings }: Manifest): Promise<Settings> {
  const file = files.find((one) => one.path === settings);
  if (!file) throw fault('SNAPSHOT_FILE_MISSING', { file: settings }, { place: { file: settings } });
  const chunks: Buffer[] = [];
  for await (const chunk of readSnapshotFile(folder, file)) chunks.push(chunk);
  try {
    return schema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    throw otherContent(settings);
  }
}
