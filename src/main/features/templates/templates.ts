import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Template } from '../../../shared/contract/templates.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { withoutData } from '../../../shared/model/without-data.ts';
import type { Db } from '../../postgres/db.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import { findTemplate, listTemplates, removeTemplate, saveTemplate } from './template-rows.ts';

/** Settings of trainings that people keep to begin others with. */
export class Templates {
  private readonly db: Db;
  private readonly audit: RecordAudit;

  constructor(db: Db, audit: RecordAudit) {
    this.db = db;
    this.audit = audit;
  }

  /** A page, newest first. @throws TrainyardError INVALID_INPUT for a place that is none */
  async list(userId: string, page: PageQuery) {
    const { rows, ...rest } = await listTemplates(this.db, userId, page);
    return { templates: [...rows], ...rest };
  }

  /** By id or name. @throws TrainyardError TEMPLATE_NOT_FOUND */
  show(userId: string, reference: string): Promise<Template> {
    return findTemplate(this.db, userId, reference);
  }

  /** Keeps what a config says beside the data itself. @throws TrainyardError TEMPLATE_NAME_TAKEN unless it is to be replaced */
  async save(
    userId: string,
    { name, config, replace }: { name: string; config: TrainingOverrides; replace: boolean },
  ): Promise<Template> {
    const { saved, before } = await saveTemplate(
      this.db,
      userId,
      { name, config: withoutData(config) },
      replace,
    );
    const resource = { type: 'template', id: saved.id };
    const after = { name: saved.name, config: saved.config };
    await this.audit({ userId, action: 'template.save', resource, before, after });
    return saved;
  }

  /** @throws TrainyardError TEMPLATE_NOT_FOUND */
  async remove(userId: string, reference: string): Promise<{ id: string }> {
    const { id, name, config } = await this.show(userId, reference);
    if (!(await removeTemplate(this.db, id))) throw fault('TEMPLATE_NOT_FOUND', { name: reference });
    const resource = { type: 'template', id };
    await this.audit({ userId, action: 'template.remove', resource, before: { name, config }, after: null });
    return { id };
  }
}
