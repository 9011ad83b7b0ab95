import { z } from 'zod';
import { collectionNames } from '../documents/ports.ts';
import { isObjectKey } from '../objects/keys.ts';

export const capsuleManifestName = 'manifest.json';
/** Buckets of which a project names objects. */
export const capsuleBuckets = ['datasets', 'artifacts', 'models'] as const;

const count = z.int().min(0);
const fileSchema = z.strictObject({
  path: z.string().max(2000),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The last file of a capsule: what the others are. */
export const capsuleSchema = z.strictObject({
  format: z.literal(1),
  project: z.strictObject({ id: z.uuid(), name: z.string() }),
  /** What the database held at this time. */
  at: z.iso.datetime(),
  /** Of Trainyard. */
  version: z.string(),
  /** The applied revisions, the oldest first. */
  revisions: z.array(z.string()).min(1),
  tables: z.array(z.strictObject({ name: z.string(), rows: count })),
  documents: z.array(z.strictObject({ name: z.enum(collectionNames), documents: count })),
  /** What is named and not here: images that stay where they were imported from, and what the store had lost before. */
  notKept: z.strictObject({ inPlace: z.array(z.string()), lost: z.array(z.string()) }),
  files: z.array(fileSchema),
});
export type CapsuleManifest = Readonly<z.infer<typeof capsuleSchema>>;
export type CapsuleFile = CapsuleManifest['files'][number];

export const rowsPath = (table: string) => `rows/${table}.sql`;
export const documentsPath = (collection: string) => `documents/${collection}.bson`;

/** What an entry of a capsule is, by its path; null where none is called so. */
export function capsuleEntry(path: string) {
  const [, folder, rest = ''] = /^(rows|documents|objects)\/(.+)$/.exec(path) ?? [];
  if (folder === 'rows') return /^[a-z_]+\.sql$/.test(rest) ? { kind: 'rows' as const, name: rest } : null;
  if (folder === 'documents')
    return /^[a-z_]+\.bson$/.test(rest) ? { kind: 'documents' as const, name: rest } : null;
  const bucket = capsuleBuckets.find((one) => rest.startsWith(`${one}/`));
  const key = rest.slice((bucket?.length ?? 0) + 1);
  return bucket && isObjectKey(key) ? { kind: 'object' as const, bucket, key } : null;
}
