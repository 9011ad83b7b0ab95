import type { PageQuery } from '../../../shared/contract/common.ts';
import type { WorkError } from '../../../shared/contract/file-progress.ts';
import type { Weights } from '../../../shared/contract/weights.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { WeightsFile } from '../../../shared/model/pretrained-weights.ts';
import { hasCode } from '../../platform/error-code.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, readPage } from '../../postgres/pages.ts';
import { isoText, isUuid, query } from '../../postgres/rows.ts';
import type { Wanted } from './hub-files.ts';

/* `weights`. Names are unique among a user's weights, whatever their case; the first of a row's files has the weights. */

const uniqueViolation = '23505';
const columns = `id, name, model, status, source, files, error, size_bytes::float8 AS "sizeBytes",
  files->0->>'sha256' AS sha256, ${isoText('created_at')} AS "createdAt",
  CASE WHEN files->0 IS NULL THEN NULL WHEN files->0->>'name' ILIKE '%.safetensors' THEN 'safetensors' ELSE 'pickle' END AS format`;

/** What is written down before anything is stored. */
export interface WeightsIntent {
  readonly userId: string;
  readonly name: string;
  readonly model: string | null;
  readonly source: string;
  readonly downloads: readonly Wanted[] | null;
  readonly machineId: string;
}

/** Weights that work is under way at. */
export interface WeightsWork extends Pick<Weights, 'id' | 'name' | 'model' | 'source'> {
  readonly status: 'storing' | 'removing';
  readonly userId: string;
  readonly downloads: readonly Wanted[] | null;
}

const work = 'id, name, model, source, status, user_id AS "userId", downloads';

/**
 * Takes the place of weights of the name that could not be stored.
 * @returns also what was being fetched for those
 * @throws TrainyardError WEIGHTS_NAME_TAKEN
 */
export async function insertWeights(
  tx: Tx,
  intent: WeightsIntent,
): Promise<{ work: WeightsWork; replaced: readonly Wanted[] }> {
  const { userId, name, model, source, downloads, machineId } = intent;
  const failed = await query<Pick<WeightsWork, 'downloads'>>(
    tx,
    "DELETE FROM weights WHERE user_id = $1 AND lower(name) = lower($2) AND status = 'failed' RETURNING downloads",
    [userId, name],
  );
  const [made] = await query<WeightsWork>(
    tx,
    `INSERT INTO weights (user_id, name, model, source, downloads, machine_id) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${work}`,
    [userId, name, model, source, downloads && JSON.stringify(downloads), machineId],
  ).catch((error: unknown) => {
    throw hasCode(error, uniqueViolation) ? fault('WEIGHTS_NAME_TAKEN', { name }) : error;
  });
  if (!made) throw new Error('the row of weights was not inserted');
  return { work: made, replaced: failed.flatMap((one) => one.downloads ?? []) };
}

/** The taken names that begin so, in lower case. */
export async function namesTaken(db: Db, userId: string, beginning: string): Promise<ReadonlySet<string>> {
  const rows = await query<{ name: string }>(
    db,
    `SELECT lower(name) AS name FROM weights
    WHERE user_id = $1 AND status <> 'failed' AND starts_with(lower(name), lower($2))`,
    [userId, beginning],
  );
  return new Set(rows.map(({ name }) => name));
}

/** A page, newest first; `search` is found in names and models. */
export function listWeights(
  db: Db,
  userId: string,
  { search, model }: { readonly search: string | null; readonly model: string | null },
  page: PageQuery,
): Promise<Page<Weights>> {
  const parameters = new Parameters();
  const conditions = [`user_id = ${parameters.add(userId)}`];
  if (search !== null)
    conditions.push(
      `strpos(lower(concat_ws(E'\\n', name, model)), ${parameters.add(search.toLowerCase())}) > 0`,
    );
  if (model !== null) conditions.push(isFor(parameters.add(model)));
  const list = { columns, from: 'FROM weights', where: conditions.join(' AND ') };
  return readPage(db, { ...list, order: newestFirst('weights'), parameters }, page);
}

/** The same as `areWeightsFor` (shared/model) says. */
const isFor = (model: string) =>
  `(model = ${model} OR (model LIKE 'timm/%' AND split_part(model, '.', 1) = ${model}))`;

/** By id or by name. @throws TrainyardError WEIGHTS_UNKNOWN */
export async function findWeights(db: Db, userId: string, reference: string): Promise<Weights> {
  const mine = `SELECT ${columns} FROM weights WHERE user_id = $1`;
  const [byId] = isUuid(reference)
    ? await query<Weights>(db, `${mine} AND id = $2`, [userId, reference])
    : [];
  if (byId) return byId;
  const [named] = await query<Weights>(db, `${mine} AND lower(name) = lower($2)`, [userId, reference.trim()]);
  if (!named) throw fault('WEIGHTS_UNKNOWN', { name: reference });
  return named;
}

/** The newest that are stored for a model; null where none are. */
export async function newestFor(db: Db, userId: string, model: string): Promise<Weights | null> {
  const [found = null] = await query<Weights>(
    db,
    `SELECT ${columns} FROM weights WHERE user_id = $1 AND status = 'ready' AND ${isFor('$2')}
    ORDER BY created_at DESC, id DESC LIMIT 1`,
    [userId, model],
  );
  return found;
}

/** Those that a machine has work at, oldest first. */
export function unfinishedWeights(db: Db, machineId: string): Promise<WeightsWork[]> {
  return query<WeightsWork>(
    db,
    `SELECT ${work} FROM weights WHERE machine_id = $1 AND status IN ('storing', 'removing') ORDER BY created_at, id`,
    [machineId],
  );
}

/** All that is being fetched, or was when it failed. */
export async function downloadsOf(db: Db): Promise<Wanted[]> {
  const rows = await query<{ downloads: Wanted[] }>(
    db,
    'SELECT downloads FROM weights WHERE downloads IS NOT NULL',
  );
  return rows.flatMap(({ downloads }) => downloads);
}

/** Null if there are none of the id any more. */
export async function weightsProgressOf(
  db: Db,
  id: string,
): Promise<Pick<Weights, 'status' | 'error' | 'sizeBytes'> | null> {
  const [found = null] = await query<Pick<Weights, 'status' | 'error' | 'sizeBytes'>>(
    db,
    'SELECT status, error, size_bytes::float8 AS "sizeBytes" FROM weights WHERE id = $1',
    [id],
  );
  return found;
}

/** Everything is stored: from here on they count. Answers false where they are being removed. */
export async function finishWeights(db: Db, id: string, files: readonly WeightsFile[]): Promise<boolean> {
  const size = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const rows = await query(
    db,
    `UPDATE weights SET status = 'ready', files = $2, size_bytes = $3, downloads = NULL
    WHERE id = $1 AND status = 'storing' RETURNING id`,
    [id, JSON.stringify(files), size],
  );
  return rows.length > 0;
}

/** They could not be stored, and nothing of them is left but what was fetched: another try goes on with it, and a removal takes it along. */
export async function failWeights(db: Db, id: string, error: WorkError): Promise<void> {
  await query(db, "UPDATE weights SET status = 'failed', error = $2 WHERE id = $1 AND status = 'storing'", [
    id,
    JSON.stringify(error),
  ]);
}

/** From here on nobody begins with them. @returns what is to be removed, or how many runs that are not over need them */
export async function beginRemoval(tx: Tx, id: string, machineId: string): Promise<WeightsWork | number> {
  // A run that is being made locks them too, so none slips in.
  await query(tx, 'SELECT id FROM weights WHERE id = $1 FOR UPDATE', [id]);
  const [uses] = await query<{ runs: number }>(
    tx,
    `SELECT count(*)::int AS runs FROM workflow_configs AS c JOIN workflows AS w ON w.id = c.workflow_id
    WHERE c.weights->>'id' = $1 AND w.deleted_at IS NULL AND w.status IN ('pending', 'queued', 'running')`,
    [id],
  );
  const runs = uses?.runs ?? 0;
  if (runs > 0) return runs;
  const [removed] = await query<WeightsWork>(
    tx,
    `UPDATE weights SET status = 'removing', machine_id = $2 WHERE id = $1 RETURNING ${work}`,
    [id, machineId],
  );
  return removed ?? 0;
}

/** Once nothing of them is left. */
export async function deleteWeights(db: Db, id: string): Promise<void> {
  await query(db, "DELETE FROM weights WHERE id = $1 AND status = 'removing'", [id]);
}

/** Keeps stored weights as long as a run is made with them. Answers whether they are there. */
export async function lockWeights(tx: Tx, id: string): Promise<boolean> {
  const rows = await query(tx, "SELECT id FROM weights WHERE id = $1 AND status = 'ready' FOR SHARE", [id]);
  return rows.length > 0;
}
