import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { Project } from '../../../shared/contract/projects.ts';
import { hasCode } from '../../platform/error-code.ts';
import { createDatabase, type Database } from '../../postgres/database.ts';
import { rowsOf } from '../../postgres/rows.ts';
import { inTransaction } from '../../postgres/transaction.ts';
import type { NewProject, ProjectChange, ProjectStore } from './ports.ts';

const columns = [
  'id',
  'name',
  'description',
  'tags',
  'is_public',
  'workflow_count',
  'dataset_count',
  'created_at',
  'updated_at',
] as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const uniqueViolation = '23505';

/** The rows of `projects`. */
export class PostgresProjectStore implements ProjectStore {
  private readonly pool: pg.Pool;
  private readonly db: Kysely<Database>;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.db = createDatabase(pool);
  }

  async list(userId: string, search: string | null): Promise<Project[]> {
    let query = this.live().where('user_id', '=', userId).orderBy('created_at', 'desc').orderBy('id');
    if (search !== null) {
      const words = search.toLowerCase();
      query = query.where(
        sql<boolean>`(strpos(lower(name), ${words}) > 0 OR EXISTS (SELECT FROM unnest(tags) AS tag WHERE strpos(lower(tag), ${words}) > 0))`,
      );
    }
    return (await rowsOf(this.pool, query)).map(toProject);
  }

  async find(userId: string, reference: string): Promise<Project | null> {
    const mine = this.live().where('user_id', '=', userId);
    if (uuid.test(reference)) {
      const [row] = await rowsOf(this.pool, mine.where('id', '=', reference));
      if (row) return toProject(row);
    }
    const named = mine.where(sql<boolean>`lower(name) = lower(${reference.trim()})`);
    const [row] = await rowsOf(this.pool, named);
    return row ? toProject(row) : null;
  }

  async create(project: NewProject): Promise<Project | null> {
    const query = this.db
      .insertInto('projects')
      .values({
        user_id: project.userId,
        name: project.name,
        description: project.description,
        tags: [...project.tags],
      })
      .returning(columns);
    try {
      const [row] = await rowsOf(this.pool, query);
      return row ? toProject(row) : null;
    } catch (error) {
      if (hasCode(error, uniqueViolation)) return null;
      throw error;
    }
  }

  async update(projectId: string, change: ProjectChange): Promise<Project | 'taken' | 'missing'> {
    const { name, description, tags } = change;
    const query = this.db
      .updateTable('projects')
      .set({
        updated_at: new Date(),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(tags !== undefined && { tags: [...tags] }),
      })
      .where('id', '=', projectId)
      .where('deleted_at', 'is', null)
      .returning(columns);
    try {
      const [row] = await rowsOf(this.pool, query);
      return row ? toProject(row) : 'missing';
    } catch (error) {
      if (hasCode(error, uniqueViolation)) return 'taken';
      throw error;
    }
  }

  remove(projectId: string): Promise<'removed' | 'missing' | { runsUnderWay: number }> {
    return inTransaction(this.pool, async (client) => {
      // Locked first: a run that is being queued locks its project too, so none slips in.
      const [project] = await rowsOf(
        client,
        this.db
          .selectFrom('projects')
          .select('id')
          .where('id', '=', projectId)
          .where('deleted_at', 'is', null)
          .forUpdate(),
      );
      if (!project) return 'missing';
      const [underWay] = await rowsOf(
        client,
        this.db
          .selectFrom('workflows')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('project_id', '=', projectId)
          .where('deleted_at', 'is', null)
          .where('status', 'in', ['pending', 'queued', 'running']),
      );
      if (underWay && underWay.count > 0) return { runsUnderWay: underWay.count };
      const removal = this.db
        .updateTable('projects')
        .set({ deleted_at: new Date() })
        .where('id', '=', projectId);
      await rowsOf(client, removal.returning('id'));
      return 'removed';
    });
  }

  private live() {
    return this.db.selectFrom('projects').select(columns).where('deleted_at', 'is', null);
  }
}

function toProject(row: {
  id: string;
  name: string;
  description: string | null;
  tags: string[];
  is_public: boolean;
  workflow_count: number;
  dataset_count: number;
  created_at: Date;
  updated_at: Date;
}): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    tags: row.tags,
    isPublic: row.is_public,
    runCount: row.workflow_count,
    datasetCount: row.dataset_count,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
