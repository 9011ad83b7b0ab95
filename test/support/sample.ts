import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import tar from 'tar-stream';

const archive = path.resolve(import.meta.dirname, '../../resources/samples/fashion-mnist.tar.gz');

/** The sample's images by their path in the archive, as `bag/0001.png`, in the archive's order: by class, then by number. */
export async function readSample(): Promise<ReadonlyMap<string, Buffer>> {
  const images = new Map<string, Buffer>();
  const extract = tar.extract();
  extract.end(gunzipSync(readFileSync(archive)));
  for await (const entry of extract) images.set(entry.header.name, await buffer(entry));
  return images;
}
