import { createHash, randomUUID } from 'node:crypto';
import type { DrillReport } from '../../../shared/contract/backups.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import type { DrillCheck } from '../../../shared/model/snapshots.ts';
import { quoted } from '../../stores/migration/table-shapes.ts';
import { type Bucket, buckets } from '../../stores/objects/ports.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';
import { atOneMoment, type DatabaseView } from '../../stores/snapshots/moment.ts';
import { readSurroundings } from './surroundings.ts';

type Check = DrillReport['checks'][number];

/** Found by a check: what is wrong, or else what was seen. */
class Finding extends Error {}

/**
 * Uses stores that a snapshot was restored into as an engine would: reads what rows name, writes to every table that has a row and to the
 * object store, takes the next number of every sequence, asks what pages ask, reads a trained model. What it writes to the database it takes
 * back; the numbers that it took are gone.
 * @param revision the one of the snapshot; its rows are counted where no later revision has changed them
 */
export async function checkRestored(stores: Stores, manifest: Manifest): Promise<DrillReport> {
  const begun = performance.now();
  const checks: Check[] = [];
  const check = async (name: DrillCheck, look: () => Promise<string>) => {
    try {
      checks.push({ check: name, ok: true, detail: await look() });
    } catch (error) {
      checks.push({ check: name, ok: false, detail: errorMessage(error) });
    }
  };
  await check('revision', () => checkRevision(stores));
  await atOneMoment(stores.address, async (view) => {
    await check('counts', () => checkCounts(stores, view, manifest));
    await check('references', () => checkReferences(stores, view, manifest));
    await check('queries', () => checkQueries(stores, view));
    await check('model', () => checkModel(stores, view, manifest));
  });
  await check('writes', () => checkWrites(stores));
  await check('sequences', () => checkSequences(stores));
  return {
    ok: checks.every(({ ok }) => ok),
    durationMs: Math.round(performance.now() - begun),
    checks,
  };
}

async function checkRevision({ schema }: Stores): Promise<string> {
  const { revision, head } = await schema.current();
  if (revision !== head) throw new Finding(`revision ${revision} instead of ${head}`);
  const { drift } = await schema.check();
  const [first] = drift;
  if (first)
    throw new Finding(
      `${drift.length} differences from revision ${head}: ${first.kind} ${first.name} ${first.change}`,
    );
  return head;
}

async function checkCounts(
  { documents, objects, schema, keys }: Stores,
  view: DatabaseView,
  manifest: Manifest,
): Promise<string> {
  const { revision } = await schema.current();
  const isAsThen = manifest.database.revisions.at(-1)?.split('_')[0] === revision;
  let rows = 0;
  for (const { name, parts } of manifest.database.tables) {
    // Where keys are in Redis these tables are empty.
    if (keys && name.startsWith('kv_')) continue;
    const found = await numberOf(view, `SELECT count(*) AS number FROM ${quoted(name)}`);
    const expected = parts.reduce((sum, part) => sum + part.rows, 0);
    if (isAsThen && found !== expected) throw new Finding(`${name}: ${found} rows instead of ${expected}`);
    rows += found;
  }
  let documentCount = 0;
  for (const { name } of manifest.documents) documentCount += await documents.count(name);
  let objectCount = 0;
  for (const bucket of buckets) for await (const _ of objects.list(bucket, '')) objectCount += 1;
  if (objectCount < manifest.objects.count)
    throw new Finding(`${objectCount} objects instead of ${manifest.objects.count}`);
  return `${rows} rows, ${documentCount} documents, ${objectCount} objects`;
}

async function checkReferences({ objects }: Stores, view: DatabaseView, manifest: Manifest): Promise<string> {
  const lost = new Set(manifest.notKept.lost);
  const { references } = await readSurroundings(view);
  let resolved = 0;
  for (const reference of references.filter((one) => !lost.has(one))) {
    const [bucket, key] = splitReference(reference);
    if (!bucket || !(await objects.head(bucket, key))) throw new Finding(`${reference} is not there`);
    resolved += 1;
  }
  return `${resolved} of ${references.length}`;
}

function splitReference(reference: string): [Bucket | undefined, string] {
  const slash = reference.indexOf('/');
  const name = reference.slice(0, slash);
  return [buckets.find((bucket) => bucket === name), reference.slice(slash + 1)];
}

/** What pages ask: projects with their counts, the newest runs with their metrics, datasets with their newest version; and a run's log. */
const sampleQueries = [
  `SELECT p.id, p.name, (SELECT count(*) FROM workflows w WHERE w.project_id = p.id AND w.deleted_at IS NULL) AS runs
   FROM projects p WHERE p.deleted_at IS NULL ORDER BY p.updated_at DESC LIMIT 50`,
  `SELECT w.id, w.name, w.status, (SELECT max(m.step) FROM metrics m WHERE m.workflow_id = w.id) AS last_step
   FROM workflows w WHERE w.deleted_at IS NULL ORDER BY w.created_at DESC LIMIT 20`,
  `SELECT d.id, d.name, (SELECT max(v.version) FROM dataset_versions v WHERE v.dataset_id = d.id) AS newest
   FROM datasets d WHERE d.deleted_at IS NULL ORDER BY d.created_at DESC LIMIT 50`,
];

async function checkQueries({ documents }: Stores, view: DatabaseView): Promise<string> {
  const answered: number[] = [];
  for (const query of sampleQueries) answered.push((await view.query(query)).rows.length);
  const lines = await documents.find('workflow_logs', {}, 20);
  const [projects, runs, datasets] = answered;
  return `${projects} projects, ${runs} runs, ${datasets} datasets, ${lines.length} parts of logs`;
}

interface Artifact {
  readonly reference: string;
  readonly sha256: string;
}

async function checkModel({ objects }: Stores, view: DatabaseView, manifest: Manifest): Promise<string> {
  const lost = manifest.notKept.lost;
  const { rows } = await view.query<Artifact>(
    `SELECT 'artifacts/' || object_key AS reference, sha256 FROM run_artifacts
     WHERE object_key IS NOT NULL AND sha256 IS NOT NULL AND NOT ('artifacts/' || object_key = ANY ($1::text[]))
     ORDER BY kind = 'model' DESC, created_at DESC LIMIT 1`,
    [lost],
  );
  const [newest] = rows;
  if (!newest) return 'no trained model';
  const [bucket, key] = splitReference(newest.reference);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of await objects.get(bucket ?? 'artifacts', key)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (hash.digest('hex') !== newest.sha256)
    throw new Finding(`${newest.reference} has another SHA-256 than its row`);
  return `${newest.reference} (${bytes} bytes)`;
}

/** A row of every table is written anew, through its constraints, indexes and triggers, and all of it is taken back. */
async function checkWrites({ pool, objects }: Stores): Promise<string> {
  const client = await pool.connect();
  let written = 0;
  try {
    await client.query('BEGIN');
    const { rows: tables } = await client.query<{ name: string; column: string }>(
      `SELECT c.relname AS name, a.attname AS column FROM pg_class c
       JOIN LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
         AND attgenerated = '' AND attidentity <> 'a' ORDER BY attnum LIMIT 1) a ON true
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       ORDER BY c.relname COLLATE "C"`,
    );
    for (const { name, column } of tables) {
      const [table, field] = [quoted(name), quoted(column)];
      const { rowCount } = await client
        .query(
          `UPDATE ${table} SET ${field} = ${field} WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM ${table} LIMIT 1)`,
        )
        .catch((error: unknown) => {
          throw new Finding(`${name}: ${errorMessage(error)}`);
        });
      written += rowCount ?? 0;
    }
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
  const key = `drill/${randomUUID()}`;
  await objects.put('artifacts', key, Buffer.from(key));
  await objects.remove('artifacts', key);
  return `rows of ${written} tables`;
}

async function checkSequences({ pool }: Stores): Promise<string> {
  const { rows } = await pool.query<{ sequence: string; name: string; column: string }>(
    `SELECT s.oid::regclass::text AS sequence, t.relname AS name, a.attname AS column
     FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
     JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
     WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace`,
  );
  for (const { sequence, name, column } of rows) {
    const { rows: found } = await pool.query<{ next: string; highest: string }>(
      `SELECT nextval($1::regclass)::text AS next, coalesce(max(${quoted(column)}), 0)::text AS highest FROM ${quoted(name)}`,
      [sequence],
    );
    const [{ next = '0', highest = '0' } = {}] = found;
    if (BigInt(next) <= BigInt(highest))
      throw new Finding(`${sequence} gives ${next}, and ${name} has ${highest}`);
  }
  return String(rows.length);
}

async function numberOf(view: DatabaseView, query: string): Promise<number> {
  const { rows } = await view.query<{ number: string }>(query);
  return Number(rows[0]?.number);
}
