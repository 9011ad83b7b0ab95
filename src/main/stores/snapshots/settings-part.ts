import { otherContent, tooLarge } from './damage.ts';
import { type Settings, takenSettings } from './kept-settings.ts';
import { type Details, detailsSchema } from './manifest.ts';
import type { SnapshotReader } from './snapshot-reader.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';

const fileName = 'settings.json';
const detailsName = 'details.json';
/** Bytes. What the details may come to is a line for each of the objects that a store had lost. */
const [largestSettings, largestDetails] = [1024 * 1024, 64 * 1024 * 1024];

const textOf = (value: unknown) => [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)];

export async function writeSettings(settings: Settings, writer: SnapshotWriter): Promise<string> {
  return (await writer.write(fileName, textOf(settings))).path;
}

/** @throws TrainyardError SNAPSHOT_FILE_… */
export const readSettings = (snapshot: SnapshotReader): Promise<Settings> =>
  readJson(snapshot, snapshot.manifest.settings, largestSettings, takenSettings);

/** Writes what of the manifest only whoever has the key may know. */
export async function writeDetails(details: Details, writer: SnapshotWriter): Promise<string> {
  return (await writer.write(detailsName, textOf(details))).path;
}

/** Whose account made a snapshot, and what is not in it. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_ENCRYPTED */
export async function readDetails(snapshot: SnapshotReader): Promise<Details> {
  const { encryption, who, notKept } = snapshot.manifest;
  if (!encryption) return { who, notKept };
  return readJson(snapshot, encryption.details, largestDetails, (value) => detailsSchema.parse(value));
}

async function readJson<Value>(
  snapshot: SnapshotReader,
  name: string,
  largest: number,
  parse: (value: unknown) => Value,
): Promise<Value> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of snapshot.read(name)) {
    bytes += chunk.length;
    if (bytes > largest) throw tooLarge(name, largest);
    chunks.push(Buffer.from(chunk));
  }
  try {
    return parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    throw otherContent(name);
  }
}
