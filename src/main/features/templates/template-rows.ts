import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Template } from '../../../shared/contract/templates.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { knownPart } from '../../../shared/model/stored-document.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import type { Db } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, readPage } from '../../postgres/pages.ts';
import { isoText, isUuid, query } from '../../postgres/rows.ts';

/* `run_templates`. Names are unique among a user's templates, whatever their case. */

const columns = `id, name, config, ${isoText('created_at')} AS "createdAt", ${isoText('updated_at')} AS "updatedAt"`;

type Stored = Omit<Template, 'config' | 'leftOut'> & { readonly config: unknown };

/** As this release takes it, whichever one kept it. */
function read({ config, ...rest }: Stored): Template {
  const { known, leftOut } = knownPart(trainingOverridesSchema, config);
  return { ...rest, config: known ?? {}, leftOut: [...leftOut] };
}

/** A page, newest first. */
export async function listTemplates(db: Db, userId: string, page: PageQuery): Promise<Page<Template>> {
  const parameters = new Parameters();
  const where = `user_id = ${parameters.add(userId)}`;
  const list = {
    columns,
    from: 'FROM run_templates',
    where,
    order: newestFirst('run_templates'),
    parameters,
  };
  const { rows, ...rest } = await readPage<Stored>(db, list, page);
  return { rows: rows.map(read), ...rest };
}

/** By id or by name. @throws TrainyardError TEMPLATE_NOT_FOUND */
export async function findTemplate(db: Db, userId: string, reference: string): Promise<Template> {
  const mine = `SELECT ${columns} FROM run_templates WHERE user_id = $1`;
  const [byId] = isUuid(reference) ? await query<Stored>(db, `${mine} AND id = $2`, [userId, reference]) : [];
  if (byId) return read(byId);
  const [named] = await query<Stored>(db, `${mine} AND lower(name) = lower($2)`, [userId, reference.trim()]);
  if (!named) throw fault('TEMPLATE_NOT_FOUND', { name: reference });
  return read(named);
}

/**
 * Keeps a template.
 * @param replaces whether it takes the place of one of its name
 * @returns `before`: what that one was; null without one
 * @throws TrainyardError TEMPLATE_NAME_TAKEN
 */
export async function saveTemplate(
  db: Db,
  userId: string,
  { name, config }: { readonly name: string; readonly config: TrainingOverrides },
  replaces: boolean,
): Promise<{ saved: Template; before: Pick<Template, 'name' | 'config'> | null }> {
  const taken = replaces ? 'UPDATE SET name = EXCLUDED.name, config = EXCLUDED.config' : 'NOTHING';
  const [row] = await query<Stored & { before: Pick<Template, 'name' | 'config'> | null }>(
    db,
    `WITH old AS (SELECT name, config FROM run_templates WHERE user_id = $1 AND lower(name) = lower($2))
     INSERT INTO run_templates (user_id, name, config) VALUES ($1, $2, $3)
     ON CONFLICT (user_id, lower(name)) DO ${taken} RETURNING ${columns}, (SELECT to_jsonb(old) FROM old) AS before`,
    [userId, name, JSON.stringify(config)],
  );
  if (!row) throw fault('TEMPLATE_NAME_TAKEN', { name });
  const { before, ...saved } = row;
  return { saved: read(saved), before };
}

/** Whether it was there. */
export async function removeTemplate(db: Db, templateId: string): Promise<boolean> {
  return (await query(db, 'DELETE FROM run_templates WHERE id = $1 RETURNING id', [templateId])).length > 0;
}
