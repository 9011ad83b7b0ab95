import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { type OnProgress, reportStep } from '../../platform/progress.ts';
import { bookkeepingTables } from '../../postgres/schema/bookkeeping.ts';
import { collectionNames } from '../documents/ports.ts';
import { buckets } from '../objects/ports.ts';
import type { Stores } from '../profiles/stores.ts';
import { copyDatabase } from './copy-database.ts';
import { copyDocuments } from './copy-documents.ts';
import { copyObjects } from './copy-objects.ts';
import type { CopyResult, OnCopyProgress } from './progress.ts';

const reportEveryMs = 250;

async function refuseUnderWay({ pool }: Stores): Promise<void> {
  const { rows } = await pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM workflows WHERE status IN ('running', 'queued') AND deleted_at IS NULL",
  );
  const count = rows[0]?.count ?? 0;
  if (count > 0) throw fault('MIGRATION_RUNS_UNDER_WAY', { count });
}

/** Removes every row of ours in one transaction; the schema and what is known of its revisions stay. */
async function emptyDatabase(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ tables: string | null }>(
    `SELECT string_agg(format('public.%I', relname), ', ') AS tables
     FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> ALL ($1)`,
    [[...bookkeepingTables, 'metric_rollups']],
  );
  const tables = rows[0]?.tables;
  if (!tables) return;
  // A trigger empties the rollups with their runs, which it could not do to a table that this statement holds.
  failpoint('migration.empty.before');
  await pool.query(`TRUNCATE ${tables}`);
  failpoint('migration.empty.after');
}

async function empty({ pool, documents, objects }: Stores): Promise<void> {
  await emptyDatabase(pool);
  for (const collection of collectionNames) await documents.clear(collection);
  for (const bucket of buckets) {
    for await (const { key } of objects.list(bucket, '')) await objects.remove(bucket, key);
  }
}

const phases = { checking: '검사', copying: '복사', comparing: '비교' };

/** Reports a part as a step of the operation: now and then while it goes on, and with its counts at the end. */
async function part(
  onProgress: OnProgress,
  step: string,
  copy: (onProgress: OnCopyProgress) => Promise<CopyResult>,
): Promise<void> {
  await reportStep(onProgress, step, null, async (onDetail) => {
    let reportedAt = 0;
    const { count, copied, sha256 } = await copy(({ step: phase, what, done, total }) => {
      if (performance.now() - reportedAt < reportEveryMs) return;
      reportedAt = performance.now();
      const share = `${what} ${done}${total === null ? '' : ` / ${total}`}`;
      onDetail({ en: `${phase} ${share}`, ko: `${phases[phase]} ${share}` });
    });
    const hash = `sha256 ${sha256.slice(0, 16)}`;
    return {
      en: `${count} = ${count}, ${copied} copied, ${hash}`,
      ko: `${count} = ${count}, ${copied}개 복사, ${hash}`,
    };
  });
}

/**
 * Copies everything from one profile's stores to another's: rows, documents, objects. Nothing of the source is changed, and a redo
 * does no harm. What lives in the cache and the queue is made anew from the rows.
 * @param replace what the target holds goes first
 * @throws TrainyardError MIGRATION_…; the source is in use again then
 */
export async function migrateStores(
  from: Profile,
  to: Profile,
  replace: boolean,
  onProgress: OnProgress,
  open: (profile: Profile, onProgress: OnProgress) => Promise<Stores>,
): Promise<void> {
  if (from === to) throw fault('MIGRATION_SAME_PROFILE', { profile: to });
  await using source = await open(from, onProgress);
  await refuseUnderWay(source);
  await using target = await open(to, onProgress);
  if (replace) {
    await part(onProgress, 'migrate-empty', async () => {
      await empty(target);
      return { count: 0, copied: 0, sha256: '' };
    });
  }
  // Rows last: they name the documents and objects, which are there then.
  await part(onProgress, 'migrate-objects', (onStep) => copyObjects(source.objects, target.objects, onStep));
  await part(onProgress, 'migrate-documents', (onStep) =>
    copyDocuments(source.documents, target.documents, onStep),
  );
  await part(onProgress, 'migrate-database', (onStep) =>
    copyDatabase({ from: source.address, to: target.address, onProgress: onStep }),
  );
}
