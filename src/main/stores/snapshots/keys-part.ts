import { z } from 'zod';
import type { DumpedKey, RedisKeys } from '../redis/keys.ts';
import { otherContent, otherCount, tooLarge } from './damage.ts';
import { linesOf, parsedLine } from './lines.ts';
import type { KeysManifest } from './manifest.ts';
import type { SnapshotReader } from './snapshot-reader.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';

const fileName = 'redis/keys.jsonl.zst';
/** Characters of a line: a value may be long, and is in memory as a whole. */
const longestLine = 256 * 1024 * 1024;

const lineSchema = z.strictObject({
  key: z.base64(),
  value: z.base64(),
  expiresAt: z.int().min(0).nullable(),
});

/** Writes every key of Redis with its end: `value` is what DUMP prints, and RESTORE takes. */
export async function writeKeys(keys: RedisKeys, writer: SnapshotWriter): Promise<KeysManifest> {
  let count = 0;
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const page of keys.dump()) {
      const written = page.map(({ key, value, expiresAt }) =>
        JSON.stringify({ key: key.toString('base64'), value: value.toString('base64'), expiresAt }),
      );
      if (written.length > 0) yield Buffer.from(`${written.join('\n')}\n`);
      count += page.length;
    }
  }
  await writer.write(fileName, lines());
  return { count, file: writer.nameOf(fileName) };
}

/** Reads the keys of a snapshot; none where it holds none. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS */
export async function readKeys(
  snapshot: SnapshotReader,
  use: (key: DumpedKey) => Promise<void> | void,
): Promise<void> {
  const { keys } = snapshot.manifest;
  if (!keys) return;
  let count = 0;
  const lines = linesOf(snapshot.read(keys.file), longestLine, () => tooLarge(keys.file, longestLine));
  for await (const text of lines) {
    const line = parsedLine(lineSchema, text);
    if (!line) throw otherContent(keys.file);
    count += 1;
    if (count > keys.count) throw otherCount(keys.file, count, keys.count);
    const { key, value, expiresAt } = line;
    await use({ key: Buffer.from(key, 'base64'), value: Buffer.from(value, 'base64'), expiresAt });
  }
  if (count !== keys.count) throw otherCount(keys.file, count, keys.count);
}
