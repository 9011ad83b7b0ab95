import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { type GivenKey, identityOf, largestKeyFile, openKey } from './snapshot-key.ts';
import { readSmallFile, readSnapshotFile } from './snapshot-reader.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

const keyName = 'key.age';

/**
 * Writes a file as a snapshot's are written, and opens it with what a person gives, as a restore will have to.
 * @param scratch a folder in which one is made and removed
 * @throws TrainyardError SNAPSHOT_KEY_INVALID, SNAPSHOT_KEY_WRONG, SNAPSHOT_PASSPHRASE_WRONG, SNAPSHOT_HAS_NO_PASSPHRASE, SNAPSHOT_FILE_…
 */
export async function proveKey(
  scratch: string,
  { recipient, key }: { readonly recipient: string; readonly key: string | null },
  given: GivenKey,
): Promise<void> {
  const folder = await mkdtemp(path.join(scratch, 'key-'));
  try {
    const writer = new SnapshotWriter(folder, new AbortController().signal, recipient);
    const content = randomBytes(100_000);
    const file = await writer.write('test.zst', [content]);
    if (key !== null) await writer.writeOpen(keyName, [Buffer.from(key)]);
    const identity = await identityIn(folder, { recipient, key }, given);
    const chunks: Buffer[] = [];
    for await (const chunk of readSnapshotFile(folder, file, { identity })) chunks.push(chunk);
    if (!Buffer.concat(chunks).equals(content))
      throw new Error('The test file was not read as it was written.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function identityIn(
  folder: string,
  { recipient, key }: { readonly recipient: string; readonly key: string | null },
  given: GivenKey,
): Promise<string> {
  if ('identities' in given) return identityOf(recipient, given.identities);
  if (key === null) throw fault('SNAPSHOT_HAS_NO_PASSPHRASE', { recipient });
  return openKey(recipient, await readSmallFile(folder, keyName, largestKeyFile), given.passphrase);
}
