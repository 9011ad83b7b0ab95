import { type Settings, takenSettings } from './kept-settings.ts';
import type { Manifest } from './manifest.ts';
import { otherContent, readNamedFile, type SnapshotWriter, tooLarge } from './snapshot-files.ts';

const fileName = 'settings.json';
/** Bytes. */
const largest = 1024 * 1024;

export async function writeSettings(settings: Settings, writer: SnapshotWriter): Promise<string> {
  await writer.write(fileName, [Buffer.from(`${JSON.stringify(settings, null, 2)}\n`)]);
  return fileName;
}

/** @throws TrainyardError SNAPSHOT_FILE_… */
export async function readSettings(folder: string, manifest: Manifest): Promise<Settings> {
  const { settings } = manifest;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readNamedFile(folder, manifest, settings)) {
    bytes += chunk.length;
    if (bytes > largest) throw tooLarge(settings, largest);
    chunks.push(Buffer.from(chunk));
  }
  try {
    return takenSettings(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    throw otherContent(settings);
  }
}
