import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Project } from '../../../shared/contract/projects.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { runsUnderWay } from '../../../shared/errors/projects.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db } from '../../postgres/db.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import {
  findProject,
  insertProject,
  listProjects,
  type ProjectChange,
  removeProject,
  updateProject,
} from './project-rows.ts';

/** Projects: what people do with them. */
export class Projects {
  private readonly db: Db;
  private readonly changes: ChangeFeed;
  private readonly audit: RecordAudit;

  constructor(db: Db, changes: ChangeFeed, audit: RecordAudit) {
    this.db = db;
    this.changes = changes;
    this.audit = audit;
  }

  /** A page, newest first. @throws TrainyardError INVALID_INPUT for a place that is none */
  async list(userId: string, { search, ...page }: PageQuery & { readonly search?: string | undefined }) {
    const { rows, ...rest } = await listProjects(this.db, userId, search?.trim() || null, page);
    return { projects: [...rows], ...rest };
  }

  /** By id or name. @throws TrainyardError PROJECT_NOT_FOUND */
  show(userId: string, reference: string): Promise<Project> {
    return findProject(this.db, userId, reference);
  }

  /** @throws TrainyardError PROJECT_NAME_TAKEN */
  async create(userId: string, input: ProjectChange & { readonly name: string }): Promise<Project> {
    failpoint('project.create.before');
    const project = await insertProject(this.db, userId, { ...input, tags: withoutRepeats(input.tags) });
    failpoint('project.create.after');
    await this.changed(userId, 'project.create', null, project);
    return project;
  }

  /** @throws TrainyardError PROJECT_NOT_FOUND, PROJECT_NAME_TAKEN */
  async update(userId: string, reference: string, input: ProjectChange): Promise<Project> {
    const before = await this.show(userId, reference);
    failpoint('project.update.before');
    const after = await updateProject(this.db, before.id, { ...input, tags: withoutRepeats(input.tags) });
    if (!after) throw fault('PROJECT_NOT_FOUND', { name: reference });
    failpoint('project.update.after');
    await this.changed(userId, 'project.update', before, after);
    return after;
  }

  /** Into the bin. @throws TrainyardError PROJECT_NOT_FOUND, PROJECT_IN_USE if runs of it are not over */
  async remove(userId: string, reference: string): Promise<{ id: string }> {
    const project = await this.show(userId, reference);
    failpoint('project.remove.before');
    const removed = await this.db.transaction((tx) => removeProject(tx, project.id));
    if (removed === 'missing') throw fault('PROJECT_NOT_FOUND', { name: reference });
    if (removed !== 'removed')
      throw fault('PROJECT_IN_USE', { name: project.name, runs: runsUnderWay(removed.runsUnderWay) });
    failpoint('project.remove.after');
    await this.changed(userId, 'project.remove', project, null);
    return { id: project.id };
  }

  private async changed(
    userId: string,
    action: string,
    before: Project | null,
    after: Project | null,
  ): Promise<void> {
    const id = (after ?? before)?.id ?? '';
    this.changes.changed('project', id);
    const resource = { type: 'project', id };
    await this.audit({ userId, action, resource, before: describe(before), after: describe(after) });
  }
}

function describe(project: Project | null) {
  return project && { name: project.name, description: project.description, tags: project.tags };
}

const withoutRepeats = (tags: readonly string[] | undefined) => tags && [...new Set(tags)];
