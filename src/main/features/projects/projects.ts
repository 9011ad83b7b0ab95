import type { Project } from '../../../shared/contract/projects.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { runsUnderWay } from '../../../shared/errors/projects.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { ProjectChange, ProjectStore } from './project-rows.ts';

/** Projects: what people do with them. */
export class Projects {
  private readonly store: ProjectStore;
  private readonly changes: ChangeFeed;
  private readonly audit: AuditLog;

  constructor(store: ProjectStore, changes: ChangeFeed, audit: AuditLog) {
    this.store = store;
    this.changes = changes;
    this.audit = audit;
  }

  list(userId: string, search: string | undefined): Promise<Project[]> {
    return this.store.list(userId, search?.trim() || null);
  }

  /** By id or name. @throws TrainyardError PROJECT_NOT_FOUND */
  async show(userId: string, reference: string): Promise<Project> {
    const project = await this.store.find(userId, reference);
    if (!project) throw fault('PROJECT_NOT_FOUND', { name: reference });
    return project;
  }

  /** @throws TrainyardError PROJECT_NAME_TAKEN */
  async create(userId: string, input: ProjectChange & { readonly name: string }): Promise<Project> {
    failpoint('project.create.before');
    const project = await this.store.create({
      userId,
      name: input.name,
      description: input.description ?? null,
      tags: withoutRepeats(input.tags ?? []),
    });
    if (!project) throw fault('PROJECT_NAME_TAKEN', { name: input.name });
    failpoint('project.create.after');
    await this.changed(userId, 'project.create', project.id, null, describe(project));
    return project;
  }

  /** @throws TrainyardError PROJECT_NOT_FOUND, PROJECT_NAME_TAKEN */
  async update(userId: string, reference: string, input: ProjectChange): Promise<Project> {
    const before = await this.show(userId, reference);
    const change = { ...input, tags: input.tags && withoutRepeats(input.tags) };
    failpoint('project.update.before');
    const after = await this.store.update(before.id, change);
    if (after === 'taken') throw fault('PROJECT_NAME_TAKEN', { name: input.name ?? before.name });
    if (after === 'missing') throw fault('PROJECT_NOT_FOUND', { name: reference });
    failpoint('project.update.after');
    await this.changed(userId, 'project.update', after.id, describe(before), describe(after));
    return after;
  }

  /** Into the bin. @throws TrainyardError PROJECT_NOT_FOUND, PROJECT_IN_USE where runs of it are not over */
  async remove(userId: string, reference: string): Promise<{ id: string }> {
    const project = await this.show(userId, reference);
    failpoint('project.remove.before');
    const removed = await this.store.remove(project.id);
    if (removed === 'missing') throw fault('PROJECT_NOT_FOUND', { name: reference });
    if (removed !== 'removed')
      throw fault('PROJECT_IN_USE', { name: project.name, runs: runsUnderWay(removed.runsUnderWay) });
    failpoint('project.remove.after');
    await this.changed(userId, 'project.remove', project.id, describe(project), null);
    return { id: project.id };
  }

  private async changed(
    userId: string,
    action: string,
    id: string,
    before: Record<string, unknown> | null,
    after: Record<string, unknown> | null,
  ): Promise<void> {
    this.changes.changed('project', id);
    await this.audit.note({ userId, action, resource: { type: 'project', id }, before, after });
  }
}

function describe({ name, description, tags }: Project): Record<string, unknown> {
  return { name, description, tags };
}

function withoutRepeats(tags: readonly string[]): string[] {
  return [...new Set(tags)];
}
