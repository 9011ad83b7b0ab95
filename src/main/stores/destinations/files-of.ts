import { contentPath, encryptedPath } from '../snapshots/content-copier.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { indexLines, readContents } from '../snapshots/objects-part.ts';
import { SnapshotReader } from '../snapshots/snapshot-reader.ts';

/** Whether a file of a snapshot is the content of an object, which is named by what it holds. */
export const isContent = (name: string) => name.startsWith('objects/');

/** The names of the contents of a snapshot's objects. No key is needed. @throws TrainyardError SNAPSHOT_… */
export async function contentsOf(folder: string, manifest: Manifest): Promise<ReadonlySet<string>> {
  const snapshot = new SnapshotReader(folder, manifest, null);
  const { encryption } = manifest;
  const contents = new Set<string>();
  if (encryption)
    for (const hash of await readContents(snapshot, encryption.contents)) contents.add(encryptedPath(hash));
  else for await (const object of indexLines(snapshot)) contents.add(contentPath(object));
  return contents;
}

/** The file that names those contents. */
export const indexOf = ({ encryption, objects }: Manifest) => encryption?.contents.file ?? objects.index;
