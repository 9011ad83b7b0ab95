import { fault } from '../../../shared/errors/catalogue.ts';
import { type Settings, takenSettings } from './kept-settings.ts';
import type { Manifest } from './manifest.ts';
import { otherContent, readSnapshotFile, type SnapshotWriter, tooLarge } from './snapshot-files.ts';

const fileName = 'settings.json';
/** Bytes. */
const largest = 1024 * 1024;

export async function writeSettings(settings: Settings, writer: SnapshotWriter): Promise<string> {
  await writer.write(fileName, [Buffer.from(`${JSON.stringify(settings, null, 2)}\n`)]);
  return fileName;
}

/** @throws TrainyardError SNAPSHOT_FILE_… */
export async function readSettings(folder: string, { files, settings }: Manifest): Promise<Settings> {
  const file = files.find((one) => one.path === settings);
  if (!file) throw fault('SNAPSHOT_FILE_MISSING', { file: settings }, { place: { file: settings } });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readSnapshotFile(folder, file)) {
    bytes += chunk.length;
    if (bytes > largest) throw tooLarge(settings, largest);
    chunks.push(chunk);
  }
  try {
    return takenSettings(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    throw otherContent(settings);
  }
}
