import type { Pool } from 'pg';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { escapeForJsonb, parseJsonb } from '../../../postgres/jsonb-text.ts';
import { type CollectionIndex, collections, lifetimeField } from '../collections.ts';
import {
  type CollectionName,
  collectionNames,
  type DocumentRange,
  type DocumentStore,
  type StoredDocument,
} from '../ports.ts';
import { bucketGap, bucketOf, documentText, existsAlready } from '../validation.ts';

/** A document that has not expired. `clock_timestamp`: a statement that waited for a lock sees the time it is then. */
const isLive = '(d.expires_at IS NULL OR d.expires_at > clock_timestamp())';

/** $1 id, $2 the bucket with these lines alone, $3 when that one expires. */
const beginBucket = `INSERT INTO documents AS d (collection, id, body, expires_at) VALUES ('workflow_logs', $1, $2::jsonb, $3::timestamptz)
  ON CONFLICT (collection, id) DO UPDATE SET
    body = CASE WHEN ${isLive} THEN jsonb_set(d.body, '{logs}', excluded.body -> 'logs') ELSE excluded.body END,
    expires_at = CASE WHEN ${isLive} THEN d.expires_at ELSE excluded.expires_at END`;

/** $1 id, $2 position, $3 lines. OFFSET 0 keeps the planner from reading (and unpacking) the array once for each mention. */
const continueBucket = `UPDATE documents AS d SET body = (
    SELECT jsonb_set(d.body, '{logs}', (CASE WHEN jsonb_array_length(logs) = $2::int THEN logs
      ELSE jsonb_path_query_array(logs, '$[0 to $last]', jsonb_build_object('last', $2::int - 1)) END) || $3::jsonb)
    FROM (SELECT d.body -> 'logs' AS logs OFFSET 0))
  WHERE d.collection = 'workflow_logs' AND d.id = $1 AND ${isLive} AND jsonb_array_length(d.body -> 'logs') >= $2::int`;

interface BodyRow {
  readonly body: string;
}

/** Rows of expired documents that one statement removes. */
const sweepRows = 1000;

/** The statement for a part of a collection; its values travel as parameters. */
export function findStatement(
  collection: CollectionName,
  { after = '', created }: DocumentRange,
  limit: number,
): { readonly text: string; readonly values: unknown[] } {
  const isCreated = created
    ? `AND (body -> 'createdAt') >= $4::jsonb AND (body -> 'createdAt') < $5::jsonb`
    : '';
  const times = created ? [JSON.stringify(created.from), JSON.stringify(created.to)] : [];
  return {
    text: `SELECT d.body::text AS body FROM documents AS d
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
    // A document that has expired is as if it were not there.
    const added = await this.write(
      collection,
      document,
      `DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at, created_at = now() WHERE NOT ${isLive}`,
    );
    if (!added) throw existsAlready(collection, 'id', document);
  }

  async put(collection: CollectionName, document: StoredDocument): Promise<void> {
    await this.write(
      collection,
      document,
      'DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at',
    );
  }

  private async write(
    collection: CollectionName,
    document: StoredDocument,
    onConflict: string,
  ): Promise<boolean> {
    const text = documentText(collection, document);
    failpoint('documents.write.before');
    const statement = `INSERT INTO documents AS d (collection, id, body, expires_at) VALUES ($1, $2, $3::jsonb, $4::timestamptz)
       ON CONFLICT (collection, id) ${onConflict}`;
    const values = [collection, document.id, escapeForJsonb(text), expiry(collection, document)];
    const { rowCount } = await this.pool.query(statement, values).catch((error: unknown) => {
      const index = hasCode(error, '23505') && 'constraint' in error ? String(error.constraint) : '';
      const field = uniqueField(collection, index);
      throw field ? existsAlready(collection, field, document) : error;
    });
    failpoint('documents.write.after');
    return rowCount === 1;
  }

  async get(collection: CollectionName, id: string): Promise<StoredDocument | null> {
    const [found] = await this.getMany(collection, [id]);
    return found ?? null;
  }

  async getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]> {
    const { rows } = await this.pool.query<BodyRow>(
      `SELECT d.body::text AS body FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, place)
       JOIN documents AS d ON d.collection = $1 AND d.id = wanted.id AND ${isLive} ORDER BY wanted.place`,
      [collection, ids.map(toKeyText)],
    );
    return rows.map(toDocument);
  }

  async find(collection: CollectionName, range: DocumentRange, limit: number): Promise<StoredDocument[]> {
    const { rows } = await this.pool.query<BodyRow>(findStatement(collection, range, limit));
    return rows.map(toDocument);
  }

  async count(collection: CollectionName): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*) FROM documents AS d WHERE d.collection = $1 AND ${isLive}`,
      [collection],
    );
    return Number(rows[0]?.count);
  }

  async putLines(base: StoredDocument, position: number, lines: readonly unknown[]): Promise<void> {
    const text = documentText('workflow_logs', bucketOf(base, position, lines));
    failpoint('documents.put-from.before');
    const { rowCount } =
      position === 0
        ? await this.pool.query(beginBucket, [base.id, escapeForJsonb(text), expiry('workflow_logs', base)])
        : await this.pool.query(continueBucket, [base.id, position, escapeForJsonb(JSON.stringify(lines))]);
    if (rowCount !== 1) throw bucketGap(base, position);
    failpoint('documents.put-from.after');
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

function toDocument({ body }: BodyRow): StoredDocument {
  return parseJsonb(body) as StoredDocument;
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
