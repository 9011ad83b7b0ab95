import type { Pool, PoolClient } from 'pg';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { escapeForJsonb, parseJsonb } from '../../../postgres/jsonb-text.ts';
import { inTransaction } from '../../../postgres/transaction.ts';
import { type CollectionIndex, collections, lifetimeField } from '../collections.ts';
import { type Line, toRows } from '../log-rows.ts';
import {
  type BucketRows,
  type CollectionName,
  collectionNames,
  type DocumentRange,
  type DocumentStore,
  type LogRow,
  type StoredDocument,
} from '../ports.ts';
import { bucketGap, bucketOf, documentText, existsAlready } from '../validation.ts';
import { arePrinted, decodeLines, encodeRows } from './log-lines.ts';

/** A document that has not expired. `clock_timestamp`: a statement that waited for a lock sees the time it is then. */
const isLive = '(d.expires_at IS NULL OR d.expires_at > clock_timestamp())';

/** The columns of a log's lines: $5 text, $6 how many, $7 and $8 the earliest and the latest time. */
const lineColumns = 'lines, line_count, first_time, last_time';
const ofExcluded = lineColumns.replace(/\w+/g, (name) => `${name} = excluded.${name}`);

/**
 * Lines are put before what says that they are there, and PostgreSQL makes things durable in the order in which they were committed: the
 * disk need not be waited for twice.
 */
const withoutWaiting = `set_config('synchronous_commit', 'off', true)`;

/** For each bucket its id, itself without its lines, when it expires, and the columns of its lines. */
function beginBuckets(count: number) {
  const parameters = (bucket: number) =>
    Array.from({ length: 7 }, (_, index) => `$${bucket * 7 + index + 1}`);
  const rows = Array.from({ length: count }, (_, bucket) => `(${parameters(bucket).join(', ')})`);
  return {
    name: `documents-begin-buckets-${count}`,
    text: `INSERT INTO documents AS d (collection, id, body, expires_at, ${lineColumns})
  SELECT 'workflow_logs', id, body::jsonb, expires_at::timestamptz, lines, line_count::integer, first_time, last_time
  FROM ${withoutWaiting}, (VALUES ${rows.join(', ')}) AS given (id, body, expires_at, ${lineColumns})
  ON CONFLICT (collection, id) DO UPDATE SET ${ofExcluded},
    body = CASE WHEN ${isLive} THEN d.body ELSE excluded.body END,
    expires_at = CASE WHEN ${isLive} THEN d.expires_at ELSE excluded.expires_at END`,
  };
}

/** $1 id, $2 how many lines it has, $3 text of further ones, $4 how many, $5 and $6 their earliest and latest time. */
const continueBucket = {
  name: 'documents-continue-bucket',
  text: `UPDATE documents AS d SET lines = d.lines || $3, line_count = d.line_count + $4,
    first_time = least(d.first_time, $5), last_time = greatest(d.last_time, $6) FROM ${withoutWaiting}
  WHERE d.collection = 'workflow_logs' AND d.id = $1 AND ${isLive} AND d.line_count = $2`,
};

const lockBucket = `SELECT d.lines, d.line_count AS count FROM documents AS d
  WHERE d.collection = 'workflow_logs' AND d.id = $1 AND ${isLive} FOR UPDATE`;

const replaceLines = `UPDATE documents SET lines = $2, line_count = $3, first_time = $4, last_time = $5
  WHERE collection = 'workflow_logs' AND id = $1`;

interface BodyRow {
  readonly key: string;
  readonly body: string;
  /** A log's; null of other documents. */
  readonly lines: string | null;
}

/** Rows of expired documents that one statement removes. */
const sweepRows = 1000;

/**
 * The statement for a part of a collection; its values travel as parameters.
 * @param lines where a log's stand; a database of a revision before they had a column has none
 */
export function findStatement(
  collection: CollectionName,
  { after = '', created }: DocumentRange,
  limit: number,
  lines = 'd.lines',
): { readonly text: string; readonly values: unknown[] } {
  const isCreated = created
    ? `AND (body -> 'createdAt') >= $4::jsonb AND (body -> 'createdAt') < $5::jsonb`
    : '';
  const times = created ? [JSON.stringify(created.from), JSON.stringify(created.to)] : [];
  return {
    text: `SELECT d.id AS key, d.body::text AS body, ${lines} FROM documents AS d
      WHERE d.collection = $1 AND ${isLive} AND d.id COLLATE "C" > $2 ${isCreated} ORDER BY d.id COLLATE "C" LIMIT $3`,
    values: [collection, toKeyText(after), limit, ...times],
  };
}

/** The document store on PostgreSQL's table `documents` (jsonb). The migrations make the table and its indexes. */
export class PostgresDocumentStore implements DocumentStore {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async ensureCollections(): Promise<void> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = to_regclass('documents') AND i.indisvalid`,
    );
    const present = new Set(rows.map(({ name }) => name));
    const absent = neededIndexes().filter((name) => !present.has(name));
    if (absent.length === 0) return;
    const names = absent.join(', ');
    throw fault('DOCUMENT_STORE_INCOMPLETE', {
      what: {
        en: `The database lacks indexes of the document store: ${names}`,
        ko: `데이터베이스에 없는 인덱스: ${names}`,
      },
      hint: {
        en: 'Bring it to the newest revision with `trainyard db upgrade`.',
        ko: '`trainyard db upgrade`로 최신 리비전으로 올리세요.',
      },
    });
  }

  async insert(collection: CollectionName, document: StoredDocument): Promise<void> {
    await insertDocument(this.pool, collection, document);
  }

  /** Adds documents by `insert`, all that `work` adds or none; rolls back and rethrows where it throws. */
  async addTogether(work: (insert: DocumentStore['insert']) => Promise<void>): Promise<void> {
    await inTransaction(this.pool, (client) =>
      work((collection, document) => insertDocument(client, collection, document)),
    );
  }

  async put(collection: CollectionName, document: StoredDocument): Promise<void> {
    const replaced = 'DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at';
    await writeDocument(this.pool, collection, document, `${replaced}, ${ofExcluded}`).catch(
      async (error: unknown) => {
        if (!hasCode(error, '42703')) throw error;
        // A snapshot of an older revision is restored into tables as they were then; the revisions since move a log's lines.
        await this.pool.query(
          `INSERT INTO documents (collection, id, body, expires_at) VALUES ($1, $2, $3::jsonb, $4::timestamptz)
           ON CONFLICT (collection, id) ${replaced}`,
          wholeValues(collection, document),
        );
      },
    );
  }

  async get(collection: CollectionName, id: string): Promise<StoredDocument | null> {
    const [found] = await this.getMany(collection, [id]);
    return found ?? null;
  }

  async getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]> {
    const { rows } = await this.pool.query<BodyRow>(
      `SELECT d.id AS key, d.body::text AS body, d.lines FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, place)
       JOIN documents AS d ON d.collection = $1 AND d.id = wanted.id AND ${isLive} ORDER BY wanted.place`,
      [collection, ids.map(toKeyText)],
    );
    return rows.map(toDocument);
  }

  async find(collection: CollectionName, range: DocumentRange, limit: number): Promise<StoredDocument[]> {
    const read = async (lines?: string) =>
      (await this.pool.query<BodyRow>(findStatement(collection, range, limit, lines))).rows.map(toDocument);
    // A snapshot is also made of an older revision: of one whose logs have their lines in the document, or of one without documents.
    return await read().catch(async (error: unknown) => {
      if (hasCode(error, '42703')) return read('NULL AS lines');
      if (hasCode(error, '42P01') && !(await this.isToBeThere())) return [];
      throw error;
    });
  }

  /** Whether the revision that makes the table was gone through. */
  private async isToBeThere(): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      "SELECT FROM trainyard_migrations WHERE name = '0007_embedded_stores'",
    );
    return rowCount !== 0;
  }

  async count(collection: CollectionName): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*) FROM documents AS d WHERE d.collection = $1 AND ${isLive}`,
      [collection],
    );
    return Number(rows[0]?.count);
  }

  async putLines(buckets: readonly BucketRows[]): Promise<void> {
    for (const bucket of buckets) documentText('workflow_logs', bucketOf(bucket, arePrinted(bucket.rows)));
    failpoint('documents.put-from.before');
    for (const bucket of buckets.filter(({ position }) => position > 0)) await this.putBehind(bucket);
    const begun = buckets.filter(({ position }) => position === 0);
    const values = begun.flatMap(({ base, rows }) => bucketValues(base, rows));
    if (begun.length > 0) await this.pool.query({ ...beginBuckets(begun.length), values });
    failpoint('documents.put-from.after');
  }

  private async putBehind({ base, position, rows }: BucketRows): Promise<void> {
    const values = [base.id, position, ...lineValues(rows)];
    const { rowCount } = await this.pool.query({ ...continueBucket, values });
    if (rowCount !== 1) await this.putFrom({ base, position, rows });
  }

  /** Cuts off what stands at the position and behind. */
  private async putFrom({ base, position, rows: added }: BucketRows): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<{ lines: string; count: number }>(lockBucket, [base.id]);
      const [bucket] = rows;
      if (!bucket || bucket.count < position) throw bucketGap(base, position);
      const before = toRows(decodeLines(bucket.lines, parseJsonb).slice(0, position));
      await client.query(replaceLines, [base.id, ...lineValues([...before, ...added])]);
    });
  }

  async remove(collection: CollectionName, ids: readonly string[]): Promise<number> {
    const { rowCount } = await this.pool.query(
      `DELETE FROM documents AS d WHERE d.collection = $1 AND d.id = ANY ($2) AND ${isLive}`,
      [collection, ids.map(toKeyText)],
    );
    return rowCount ?? 0;
  }

  async clear(collection: CollectionName): Promise<void> {
    await this.pool.query('DELETE FROM documents WHERE collection = $1', [collection]);
  }

  async removeExpired(): Promise<number> {
    let total = 0;
    for (;;) {
      const { rowCount } = await this.pool.query(
        `DELETE FROM documents WHERE (collection, id) IN
           (SELECT collection, id FROM documents WHERE expires_at <= clock_timestamp() LIMIT ${sweepRows} FOR UPDATE SKIP LOCKED)
         AND expires_at <= clock_timestamp()`,
      );
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < sweepRows) return total;
    }
  }
}

function toDocument({ key, body, lines }: BodyRow): StoredDocument {
  // It is found by its key, whatever somebody made of its body by hand.
  const document = { ...(parseJsonb(body) as object), id: key };
  return lines === null ? document : { ...document, logs: decodeLines(lines, parseJsonb) };
}

/** For the four columns of lines. */
function lineValues(rows: readonly LogRow[]): unknown[] {
  const { text, count, firstTime, lastTime } = encodeRows(rows);
  return [escapeForJsonb(text), count, firstTime, lastTime];
}

/** The values of a bucket's row: its id, its document without the lines, when it expires, and those. */
function bucketValues({ logs: _, ...document }: StoredDocument, rows: readonly LogRow[]): unknown[] {
  const body = escapeForJsonb(JSON.stringify(document));
  return [document.id, body, expiry('workflow_logs', document), ...lineValues(rows)];
}

/** The values of a document's row, whose lines are in it where it is a log. @throws TrainyardError DOCUMENT_INVALID, DOCUMENT_TOO_LARGE */
function wholeValues(collection: CollectionName, document: StoredDocument): unknown[] {
  const text = escapeForJsonb(documentText(collection, document));
  return [collection, document.id, text, expiry(collection, document)];
}

/** PostgreSQL refuses a text parameter with NUL; no id holds one, so whatever stands for it matches nothing. */
function toKeyText(id: string): string {
  return id.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

function expiry(collection: CollectionName, document: StoredDocument): unknown {
  const field = lifetimeField(collection);
  return field ? document[field] : null;
}

/** The names of PostgreSQL's indexes that together are a declared one. */
function postgresIndexes(collection: CollectionName, index: CollectionIndex): readonly string[] {
  // One index on `expires_at` serves every collection with a lifetime.
  if (index.kind === 'ttl') return ['idx_documents_expires_at'];
  // GIN for the array, a B-tree beside it: the planner joins them.
  if (collection === 'model_registry' && index.name === 'framework_task_types')
    return ['idx_documents_model_registry_framework', 'idx_documents_model_registry_task_types'];
  return [`idx_documents_${collection}_${index.name}`];
}

/** Every index that the declared collections need. */
function neededIndexes(): readonly string[] {
  return collectionNames.flatMap((name) =>
    collections[name].indexes.flatMap((index) => postgresIndexes(name, index)),
  );
}

/** The declared field whose unique index has this name in PostgreSQL. */
function uniqueField(collection: CollectionName, postgresIndex: string): string | undefined {
  const found = collections[collection].indexes.find(
    (index) => index.kind === 'unique' && postgresIndexes(collection, index).includes(postgresIndex),
  );
  return found?.keys[0]?.field;
}

/** As `DocumentStore.insert`, within a transaction too. */
async function insertDocument(
  client: Pool | PoolClient,
  collection: CollectionName,
  document: StoredDocument,
): Promise<void> {
  // A document that has expired is as if it were not there.
  const added = await writeDocument(
    client,
    collection,
    document,
    `DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at, ${ofExcluded}, created_at = now() WHERE NOT ${isLive}`,
  );
  if (!added) throw existsAlready(collection, 'id', document);
}

async function writeDocument(
  client: Pool | PoolClient,
  collection: CollectionName,
  document: StoredDocument,
  onConflict: string,
): Promise<boolean> {
  const whole = wholeValues(collection, document);
  failpoint('documents.write.before');
  const statement = `INSERT INTO documents AS d (collection, id, body, expires_at, ${lineColumns})
     VALUES ($1, $2, $3::jsonb, $4::timestamptz, $5, $6, $7, $8) ON CONFLICT (collection, id) ${onConflict}`;
  const isLog = collection === 'workflow_logs';
  const values = isLog
    ? [collection, ...bucketValues(document, toRows(document.logs as readonly Line[]))]
    : [...whole, null, null, null, null];
  const { rowCount } = await client.query(statement, values).catch((error: unknown) => {
    const index = hasCode(error, '23505') && 'constraint' in error ? String(error.constraint) : '';
    const field = uniqueField(collection, index);
    throw field ? existsAlready(collection, field, document) : error;
  });
  failpoint('documents.write.after');
  return rowCount === 1;
}
