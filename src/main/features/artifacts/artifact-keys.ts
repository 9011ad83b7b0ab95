import { createHash } from 'node:crypto';
import { isObjectKey } from '../../stores/objects/keys.ts';

/** S3 takes keys of 1,024 bytes; a folder's key leaves room for the names in it. */
const longestKey = 1000;
const longestFolder = 700;
const mostFolderSegments = 6;

/** Names that no key can have stand as their hash. A path of a trainer's own that looks so can only meet itself. */
function hashed(path: string): string {
  return `_/${createHash('sha256').update(path).digest('hex')}`;
}

/** The key of an artifact in the bucket `artifacts`: `<run>/<attempt>/<path>`, where the path can stand in a key. */
export function artifactKey(runId: string, attempt: number, path: string): string {
  const base = `${runId}/${attempt}`;
  const key = `${base}/${path}`;
  const fits = key.length <= longestFolder && key.split('/').length <= mostFolderSegments;
  return fits && isObjectKey(key) ? key : `${base}/${hashed(path)}`;
}

/** The key of a file of an artifact that is a folder. @param name relative to the folder */
export function keyInFolder(folderKey: string, name: string): string {
  const key = `${folderKey}/${name}`;
  return key.length <= longestKey && isObjectKey(key) ? key : `${folderKey}/${hashed(name)}`;
}
