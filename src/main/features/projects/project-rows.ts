import type pg from 'pg';
import type { Project } from '../../../shared/contract/projects.ts';
import { hasCode } from '../../platform/error-code.ts';
import { inTransaction } from '../../postgres/transaction.ts';

const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const columns = `id, name, description, tags, is_public AS "isPublic", workflow_count AS "runCount",
  dataset_count AS "datasetCount", ${iso('created_at')} AS "createdAt", ${iso('updated_at')} AS "updatedAt"`;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const uniqueViolation = '23505';

export interface ProjectChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/**
 * The rows of `projects`; each method is one transaction. Those in the bin are not there. Names are unique among a user's projects,
 * whatever their case.
 */
export class ProjectStore {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** Newest first; `search` is found in names and tags, case-insensitively. */
  list(userId: string, search: string | null): Promise<Project[]> {
    return this.query(
      `SELECT ${columns} FROM projects WHERE user_id = $1 AND deleted_at IS NULL AND ($2::text IS NULL
        OR strpos(lower(name), $2) > 0 OR EXISTS (SELECT FROM unnest(tags) AS tag WHERE strpos(lower(tag), $2) > 0))
      ORDER BY created_at DESC, id`,
      [userId, search?.toLowerCase() ?? null],
    );
  }

  /** By id or by name. */
  async find(userId: string, reference: string): Promise<Project | null> {
    const mine = `SELECT ${columns} FROM projects WHERE user_id = $1 AND deleted_at IS NULL`;
    const [byId] = uuid.test(reference) ? await this.query(`${mine} AND id = $2`, [userId, reference]) : [];
    if (byId) return byId;
    const [named] = await this.query(`${mine} AND lower(name) = lower($2)`, [userId, reference.trim()]);
    return named ?? null;
  }

  /** Null where the name is taken. */
  async create(project: {
    readonly userId: string;
    readonly name: string;
    readonly description: string | null;
    readonly tags: readonly string[];
  }): Promise<Project | null> {
    const { userId, name, description, tags } = project;
    const made = await this.unlessTaken(
      `INSERT INTO projects (user_id, name, description, tags) VALUES ($1, $2, $3, $4) RETURNING ${columns}`,
      [userId, name, description, tags],
    );
    return made === 'taken' ? null : (made ?? null);
  }

  /** `taken`: another project has the name. `missing`: it is not there any more. */
  async update(projectId: string, change: ProjectChange): Promise<Project | 'taken' | 'missing'> {
    const { name, description, tags } = change;
    const changed = await this.unlessTaken(
      `UPDATE projects SET updated_at = now(), name = COALESCE($2, name), tags = COALESCE($3, tags),
        description = CASE WHEN $4 THEN $5 ELSE description END
      WHERE id = $1 AND deleted_at IS NULL RETURNING ${columns}`,
      [projectId, name ?? null, tags ?? null, description !== undefined, description ?? null],
    );
    return changed ?? 'missing';
  }

  /** Puts it into the bin, or answers how many of its runs are not over; `missing` where it is not there any more. */
  remove(projectId: string): Promise<'removed' | 'missing' | { readonly runsUnderWay: number }> {
    return inTransaction(this.pool, async (client) => {
      // Locked first: a run that is being queued locks its project too, so none slips in.
      const live = 'SELECT FROM projects WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';
      if ((await client.query(live, [projectId])).rowCount === 0) return 'missing';
      const { rows } = await client.query<{ runsUnderWay: number }>(
        `SELECT count(*) AS "runsUnderWay" FROM workflows
        WHERE project_id = $1 AND deleted_at IS NULL AND status IN ('pending', 'queued', 'running')`,
        [projectId],
      );
      const [uses] = rows;
      if (uses && uses.runsUnderWay > 0) return uses;
      await client.query('UPDATE projects SET deleted_at = now() WHERE id = $1', [projectId]);
      return 'removed';
    });
  }

  private async unlessTaken(text: string, values: unknown[]): Promise<Project | undefined | 'taken'> {
    try {
      return (await this.query(text, values))[0];
    } catch (error) {
      if (hasCode(error, uniqueViolation)) return 'taken';
      throw error;
    }
  }

  private async query(text: string, values: unknown[]): Promise<Project[]> {
    return (await this.pool.query<Project>(text, values)).rows;
  }
}
