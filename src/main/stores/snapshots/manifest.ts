import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import { profiles } from '../../../shared/model/stack.ts';
import { collectionNames } from '../documents/ports.ts';
import { canonicalText } from '../migration/content-hash.ts';
import { buckets } from '../objects/ports.ts';
import { contradictionIn } from './manifest-consistency.ts';

/**
 * The newest format: that of an encrypted snapshot, which an earlier version would misread. This version reads all before it, too. 2: the
 * parts of tables say where their rows lay.
 */
const newestFormat = 3;
/** Of a snapshot that is encrypted, or is not. */
export const formatOf = (isEncrypted: boolean) => (isEncrypted ? newestFormat : 2);

export const manifestName = 'manifest.json';

const idPattern = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;
/** To whom files can be encrypted: age's own kind. */
export const recipientPattern = /^age1[0-9a-z]{58}$/;
export const isSnapshotId = (name: string) => idPattern.test(name);

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Below the snapshot's folder, parted by `/`. */
const filePath = z
  .string()
  .max(400)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/);
const time = z.iso.datetime();

const fileSchema = z.strictObject({ path: filePath, bytes: count, sha256 });
export type SnapshotFile = Readonly<z.infer<typeof fileSchema>>;

/** Of the server, so that a later snapshot of the same one can tell whether the rows are still those. */
const placeSchema = z.strictObject({
  /** Which file of the server had them, and how its columns were made. */
  relation: z.string(),
  /** From this page on, up to the page `to`, or to the last one there is. */
  from: count,
  to: count.nullable(),
});
export type PartPlace = Readonly<z.infer<typeof placeSchema>>;

const partSchema = z.strictObject({
  table: z.string().min(1),
  rows: count,
  file: filePath,
  place: placeSchema.optional(),
});
/** Rows of one table, or of one partition of it, as COPY prints them. */
export type TablePart = Readonly<z.infer<typeof partSchema>>;

const databaseSchema = z.strictObject({
  server: z.string(),
  collation: z.string().nullable(),
  /** Null: the server does not say which it is. */
  origin: z
    .strictObject({
      /** Which server and which of its databases. */
      database: z.string(),
      /** Transactions before this one were over. */
      horizon: z.string().regex(/^\d{1,20}$/),
    })
    .nullish(),
  /** The applied revisions, the oldest first. */
  revisions: z.array(z.string()).min(1),
  /** Each behind those that its foreign keys name. */
  tables: z.array(
    z.strictObject({
      name: z.string().min(1),
      columns: z.array(z.string()).min(1),
      parts: z.array(partSchema),
    }),
  ),
  /** Makes the files of the tables an archive for pg_restore; null where no pg_dump of the server's version was at hand. */
  archive: z.strictObject({ contents: filePath, rows: z.array(partSchema) }).nullish(),
  sequences: z.array(z.strictObject({ name: z.string().min(1), value: z.string().regex(/^-?\d+$/) })),
  /** First days of the months that have a partition of `metrics`. */
  months: z.array(z.iso.date()),
});
export type DatabaseManifest = Readonly<z.infer<typeof databaseSchema>>;

const collectionSchema = z.strictObject({
  name: z.enum(collectionNames),
  documents: count,
  file: filePath,
  metadata: filePath,
});
export type CollectionManifest = Readonly<z.infer<typeof collectionSchema>>;

const keysSchema = z.strictObject({ count, file: filePath });
export type KeysManifest = Readonly<z.infer<typeof keysSchema>>;

const objectsSchema = z.strictObject({
  count,
  bytes: count,
  index: filePath,
  buckets: z.array(z.strictObject({ name: z.enum(buckets), count })),
});
export type ObjectsManifest = Readonly<z.infer<typeof objectsSchema>>;

const encryptionSchema = z.strictObject({
  recipient: z.string().regex(recipientPattern),
  /** The file of the identity, encrypted with a passphrase; null where nobody but a person has it. */
  key: filePath.nullable(),
  /** The file that lists those of objects by their hashes, which everybody can read, and how many it lists. */
  contents: z.strictObject({ file: filePath, count }),
  /** The file of `who` and `notKept`. */
  details: filePath,
});
/** To whom a snapshot is encrypted, and what that needs. */
export type EncryptionManifest = Readonly<z.infer<typeof encryptionSchema>>;

const detailsShape = {
  who: z.string().max(200),
  /** What is not in it, and why nothing of it is lost without notice. */
  notKept: z.strictObject({
    /** Runs that were not over: their run directories are not kept. */
    runs: z.array(z.string()),
    /** Versions whose images stay where they were imported from, and that place. */
    inPlace: z.array(z.strictObject({ dataset: z.string(), version: count, source: z.string() })),
    /** Objects that rows name and the store had lost before, as `bucket/key`. */
    lost: z.array(z.string()),
  }),
};
/** What of a manifest only whoever has the key may know. */
export const detailsSchema = z.strictObject(detailsShape);
export type Details = Readonly<z.infer<typeof detailsSchema>>;
/** What a manifest says instead. */
export const noDetails: Details = { who: '', notKept: { runs: [], inPlace: [], lost: [] } };

/** Everything that a snapshot holds, and what it was made of (docs/snapshot-format.md). */
const manifestSchema = z.strictObject({
  format: z.int().min(1).max(newestFormat),
  id: z.string().refine(isSnapshotId),
  /** What the stores held at this time. */
  at: time,
  finishedAt: time,
  why: z.string().max(200),
  version: z.string(),
  profile: z.enum(profiles),
  ...detailsShape,
  database: databaseSchema,
  documents: z.array(collectionSchema),
  /** Of Redis; null where the profile keeps them in the database. */
  keys: keysSchema.nullable(),
  objects: objectsSchema,
  /** The file of the settings that are kept. */
  settings: filePath,
  encryption: encryptionSchema.exactOptional(),
  files: z.array(fileSchema),
  /** Of the canonical text of all of this but itself. */
  sha256,
});
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;
type UnsealedManifest = Omit<Manifest, 'sha256'>;

/** An id that sorts by time. */
export function newSnapshotId(at: Date): string {
  const time = at.toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** The time in an id: when the snapshot was begun. UTC, ISO 8601. */
export const timeOfSnapshot = (id: string): string =>
  id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z');

function hashOf(manifest: UnsealedManifest): string {
  return createHash('sha256').update(canonicalText(manifest)).digest('hex');
}

export function seal(manifest: UnsealedManifest): Manifest {
  return { ...manifest, sha256: hashOf(manifest) };
}

/**
 * Reads a manifest's text.
 * @throws TrainyardError SNAPSHOT_NEWER (of a later version's format), SNAPSHOT_MANIFEST_DAMAGED
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error), error);
  }
  const format = z.object({ format: z.int() }).safeParse(value);
  if (format.success && format.data.format > newestFormat)
    throw fault(
      'SNAPSHOT_NEWER',
      { what: `format ${format.data.format}`, known: `format ${newestFormat}` },
      { place: { file: manifestName } },
    );
  const read = manifestSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw damaged(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, read.error);
  }
  const { sha256: kept, ...rest } = read.data;
  if (hashOf(rest) !== kept)
    throw damaged({ en: 'its hash is not that of its content', ko: '해시가 내용과 맞지 않습니다' });
  const contradiction = contradictionIn(rest);
  if (contradiction) throw damaged(contradiction);
  return read.data;
}

function damaged(reason: string | { en: string; ko: string }, cause?: unknown) {
  return fault(
    'SNAPSHOT_MANIFEST_DAMAGED',
    { reason },
    { place: { file: manifestName }, ...(cause === undefined ? {} : { cause }) },
  );
}
