import { createHash, type Hash } from 'node:crypto';
import type { Drop } from '../../../shared/contract/inbox.ts';
import type { ObjectInfo } from '../../stores/objects/ports.ts';
import { typeOfName } from '../datasets/image-types.ts';

/** What lies in the inbox under one name: a folder at its top with all below it, or an archive. */
export type FoundDrop = Pick<Drop, 'name' | 'kind' | 'files' | 'images' | 'bytes' | 'format'> & {
  readonly changedAt: Date;
  /** Another one where anything was put, replaced or removed. */
  readonly fingerprint: string;
};

/** What lies in the inbox. */
export interface FoundDrops {
  readonly drops: ReadonlyMap<string, FoundDrop>;
  /** Objects that belong to no drop, and the first of their keys. */
  readonly leftOut: { readonly count: number; readonly keys: readonly string[] };
}

const archive = /\.(zip|tar|tgz|tzst|tar\.gz|tar\.zst)$/i;
const leftOutNamed = 5;

/** Whether an import could name it: one part of a key, not `.` or `..`, without characters that no path has. */
export function isDropName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\p{Cc}\p{Cs}]/u.test(name);
}

interface Count {
  kind: Drop['kind'];
  files: number;
  images: number;
  /** Files below a folder of masks, as Pascal VOC has them. */
  masks: number;
  /** Images two folders deep or deeper below the drop: those that lie in folders of classes. */
  nested: number;
  bytes: number;
  changedAt: Date;
  readonly hash: Hash;
  readonly endings: Set<string>;
}

const maskFolder = /^Segmentation(?:Class|Object)/i;

/**
 * Sorts the objects of the inbox into drops. Of each drop only sums are held, however many objects it has.
 * @param objects in the order of their keys
 */
export async function sortDrops(objects: AsyncIterable<ObjectInfo>): Promise<FoundDrops> {
  const counts = new Map<string, Count>();
  const keys: string[] = [];
  let leftOut = 0;
  for await (const object of objects) {
    const { key } = object;
    const [name = '', ...below] = key.split('/');
    // Marks of folders, and what systems put beside files by themselves.
    if (key.endsWith('/') || (below.length === 0 && name.startsWith('.'))) continue;
    if (!isDropName(name) || (below.length === 0 && !archive.test(name))) {
      leftOut += 1;
      if (keys.length < leftOutNamed) keys.push(key);
      continue;
    }
    let count = counts.get(name);
    if (!count) {
      const nothing = { files: 0, images: 0, masks: 0, nested: 0, bytes: 0, changedAt: new Date(0) };
      count = { kind: 'archive', ...nothing, hash: createHash('sha256'), endings: new Set() };
      counts.set(name, count);
    }
    add(count, object, below);
  }
  const drops = [...counts].map(([name, count]) => [name, dropOf(name, count)] as const);
  return { drops: new Map(drops), leftOut: { count: leftOut, keys } };
}

function add(count: Count, { key, size, modifiedAt }: ObjectInfo, below: readonly string[]): void {
  count.files += 1;
  count.bytes += size;
  if (modifiedAt > count.changedAt) count.changedAt = modifiedAt;
  count.hash.update(JSON.stringify([key, size, modifiedAt.getTime()]));
  if (below.length === 0) return;
  count.kind = 'folder';
  const file = below.at(-1) ?? '';
  if (below.slice(0, -1).some((folder) => maskFolder.test(folder))) {
    // A mask is no image of the set, and says by its folder what the set is.
    count.masks += 1;
  } else if (typeOfName(file) !== null) {
    count.images += 1;
    if (below.length > 1) count.nested += 1;
  } else count.endings.add(/\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '');
}

function dropOf(name: string, { kind, files, images, bytes, changedAt, hash, ...count }: Count): FoundDrop {
  const format = kind === 'folder' ? guess(images, count) : null;
  return { name, kind, files, images, bytes, changedAt, format, fingerprint: hash.digest('hex') };
}

/** What the names of its files look like; an import looks into them. */
function guess(
  images: number,
  { masks, nested, endings }: Pick<Count, 'masks' | 'nested' | 'endings'>,
): Drop['format'] {
  if (images === 0) return null;
  if (endings.has('xml') || masks > 0) return 'pascal_voc';
  if (endings.has('yaml') || endings.has('yml') || endings.has('txt')) return 'yolo';
  if (endings.has('json')) return 'coco';
  return nested > 0 ? 'imagenet' : null;
}
