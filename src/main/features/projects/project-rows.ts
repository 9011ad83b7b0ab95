import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Project } from '../../../shared/contract/projects.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, readPage } from '../../postgres/pages.ts';
import { isoText, isUuid, query } from '../../postgres/rows.ts';

/* `projects`. Those in the bin are not there. Names are unique among a user's projects, whatever their case. */

const columns = `id, name, description, tags, is_public AS "isPublic", workflow_count AS "runCount",
  dataset_count AS "datasetCount", ${isoText('created_at')} AS "createdAt", ${isoText('updated_at')} AS "updatedAt"`;
const uniqueViolation = '23505';

export interface ProjectChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** A page, newest first; `search` is found in names and tags, case-insensitively. */
export function listProjects(
  db: Db,
  userId: string,
  search: string | null,
  page: PageQuery,
): Promise<Page<Project>> {
  const parameters = new Parameters();
  const conditions = [`user_id = ${parameters.add(userId)} AND deleted_at IS NULL`];
  if (search !== null) {
    const text = parameters.add(search.toLowerCase());
    // One text of name and tags: a subquery for the tags takes twice as long.
    const words = "concat_ws(E'\\n', name, array_to_string(tags, E'\\n'))";
    conditions.push(`strpos(lower(${words}), ${text}) > 0`);
  }
  const list = { columns, from: 'FROM projects', where: conditions.join(' AND ') };
  return readPage(db, { ...list, order: newestFirst('projects'), parameters }, page);
}

/** By id or by name. @throws TrainyardError PROJECT_NOT_FOUND */
export async function findProject(db: Db, userId: string, reference: string): Promise<Project> {
  const mine = `SELECT ${columns} FROM projects WHERE user_id = $1 AND deleted_at IS NULL`;
  const [byId] = isUuid(reference)
    ? await query<Project>(db, `${mine} AND id = $2`, [userId, reference])
    : [];
  if (byId) return byId;
  const [named] = await query<Project>(db, `${mine} AND lower(name) = lower($2)`, [userId, reference.trim()]);
  if (!named) throw fault('PROJECT_NOT_FOUND', { name: reference });
  return named;
}

/** @throws TrainyardError PROJECT_NAME_TAKEN */
export async function insertProject(
  db: Db,
  userId: string,
  { name, description = null, tags = [] }: ProjectChange & { readonly name: string },
): Promise<Project> {
  const [made] = await query<Project>(
    db,
    `INSERT INTO projects (user_id, name, description, tags) VALUES ($1, $2, $3, $4) RETURNING ${columns}`,
    [userId, name, description, tags],
  ).catch(unlessTaken(name));
  if (!made) throw new Error('an inserted project was not returned');
  return made;
}

/** Null if it is not there any more. @throws TrainyardError PROJECT_NAME_TAKEN */
export async function updateProject(
  db: Db,
  projectId: string,
  { name, description, tags }: ProjectChange,
): Promise<Project | null> {
  const [changed] = await query<Project>(
    db,
    `UPDATE projects SET updated_at = now(), name = COALESCE($2, name), tags = COALESCE($3, tags),
      description = CASE WHEN $4 THEN $5 ELSE description END
    WHERE id = $1 AND deleted_at IS NULL RETURNING ${columns}`,
    [projectId, name ?? null, tags ?? null, description !== undefined, description ?? null],
  ).catch(unlessTaken(name ?? ''));
  return changed ?? null;
}

const unlessTaken = (name: string) => (error: unknown) => {
  throw hasCode(error, uniqueViolation) ? fault('PROJECT_NAME_TAKEN', { name }) : error;
};

/** Puts it into the bin, or answers how many of its runs are not over; `missing` where it is not there any more. */
export async function removeProject(
  tx: Tx,
  projectId: string,
): Promise<'removed' | 'missing' | { readonly runsUnderWay: number }> {
  // Locked first: a run that is being queued locks its project too, so none slips in.
  const live = 'SELECT id FROM projects WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';
  if ((await query(tx, live, [projectId])).length === 0) return 'missing';
  const [uses] = await query<{ runsUnderWay: number }>(
    tx,
    `SELECT count(*) AS "runsUnderWay" FROM workflows
    WHERE project_id = $1 AND deleted_at IS NULL AND status IN ('pending', 'queued', 'running')`,
    [projectId],
  );
  if (uses && uses.runsUnderWay > 0) return uses;
  await query(tx, 'UPDATE projects SET deleted_at = now() WHERE id = $1', [projectId]);
  return 'removed';
}
