import type { Pool } from 'pg';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { fromJsonbText, toJsonbText } from '../../../postgres/jsonb-text.ts';
import { lifetimeField } from '../collections.ts';
import { conditionsOf } from '../filter.ts';
import type { CollectionName, DocumentFilter, DocumentStore, StoredDocument } from '../ports.ts';
import { documentText, existsAlready } from '../validation.ts';
import { indexedExpression, neededIndexes, uniqueField } from './indexes.ts';
import { isLive, putFrom } from './put-from.ts';

interface BodyRow {
  readonly body: string;
}

/** Rows of expired documents that one statement removes. */
const sweepRows = 1000;

/** The statement's condition for a filter over `documents AS d`, and its values, which travel as parameters. */
export function where(
  collection: CollectionName,
  filter: DocumentFilter,
): { readonly condition: string; readonly values: string[] } {
  const conditions = conditionsOf(collection, filter);
  const texts = conditions.map(({ field, operator }, index) => {
    const parameter = `$${index + 2}`;
    // By the primary key, so that the pages of a whole collection each begin where the last one ended.
    if (field === 'id') return `d.id ${operator === '=' ? '' : 'COLLATE "C" '}${operator} ${parameter}`;
    return `${indexedExpression(field)} ${operator} ${parameter}::jsonb`;
  });
  const values = conditions.map(({ field, value }) =>
    field === 'id' ? toKeyText(value) : toJsonbText(JSON.stringify(value)),
  );
  return {
    condition: [`d.collection = $1`, isLive, ...texts].join(' AND '),
    values: [collection, ...values],
  };
}

/** The document store on PostgreSQL's table `documents` (jsonb). The migrations make the table and its indexes. */
export function createDocumentStore(pool: Pool): DocumentStore {
  return new PostgresDocumentStore(pool);
}

class PostgresDocumentStore implements DocumentStore {
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
    const values = [collection, document.id, toJsonbText(text), expiry(collection, document)];
    const { rowCount } = await this.pool.query(statement, values).catch((error: unknown) => {
      const index = hasCode(error, '23505') && 'constraint' in error ? String(error.constraint) : '';
      const field = uniqueField(collection, index);
      throw field ? existsAlready(collection, field, document) : error;
    });
    failpoint('documents.write.after');
    return rowCount === 1;
  }

  async get(collection: CollectionName, id: string): Promise<StoredDocument | null> {
    const [found] = await this.find(collection, { equals: { id } });
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

  async find(collection: CollectionName, filter: DocumentFilter, limit?: number): Promise<StoredDocument[]> {
    const { condition, values } = where(collection, filter);
    const { rows } = await this.pool.query<BodyRow>(
      `SELECT d.body::text AS body FROM documents AS d WHERE ${condition} ORDER BY d.id COLLATE "C" LIMIT $${values.length + 1}`,
      [...values, limit ?? null],
    );
    return rows.map(toDocument);
  }

  async count(collection: CollectionName, filter: DocumentFilter): Promise<number> {
    const { condition, values } = where(collection, filter);
    const { rows } = await this.pool.query<{ count: string }>(
      `SELECT count(*) FROM documents AS d WHERE ${condition}`,
      values,
    );
    return Number(rows[0]?.count);
  }

  async putFrom(
    collection: CollectionName,
    base: StoredDocument,
    field: string,
    position: number,
    items: readonly unknown[],
  ): Promise<void> {
    failpoint('documents.put-from.before');
    await putFrom(this.pool, collection, base, expiry(collection, base), field, position, items);
    failpoint('documents.put-from.after');
  }

  async remove(collection: CollectionName, filter: DocumentFilter): Promise<number> {
    const { condition, values } = where(collection, filter);
    const { rowCount } = await this.pool.query(`DELETE FROM documents AS d WHERE ${condition}`, values);
    return rowCount ?? 0;
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
  return fromJsonbText(body) as StoredDocument;
}

/** PostgreSQL refuses a text parameter with NUL; no id holds one, so whatever stands for it matches nothing. */
function toKeyText(id: string): string {
  return id.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

function expiry(collection: CollectionName, document: StoredDocument): unknown {
  const field = lifetimeField(collection);
  return field ? document[field] : null;
}
