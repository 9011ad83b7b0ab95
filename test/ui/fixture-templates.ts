import { ORPCError } from '@orpc/server';
import type { Template } from '../../src/shared/contract/templates.ts';
import { withoutData } from '../../src/shared/model/without-data.ts';
import { os } from './fixture-api.ts';
import type { FixtureState } from './fixture-state.ts';

/** The part of the contract about templates. */
export function fixtureTemplates({ templates }: FixtureState) {
  const find = (reference: string) =>
    templates.find(({ id, name }) => id === reference || name === reference);
  return {
    list: os.templates.list.handler(() => ({
      templates: [...templates],
      next: null,
      total: templates.length,
    })),
    show: os.templates.show.handler(({ input }) => find(input.template) ?? missing()),
    save: os.templates.save.handler(({ input: { name, config, replace } }) => {
      const known = find(name);
      if (known && !replace)
        throw new ORPCError('TEMPLATE_NAME_TAKEN', {
          status: 409,
          message: `There is a template "${name}" already`,
          data: {
            hint: 'Choose another name, or replace that template (--replace).',
            place: { field: 'name' },
          },
        });
      const now = new Date().toISOString();
      const saved: Template = {
        ...{ id: known?.id ?? crypto.randomUUID(), name, config: withoutData(config), leftOut: [] },
        ...{ createdAt: known?.createdAt ?? now, updatedAt: now },
      };
      templates.splice(0, templates.length, saved, ...templates.filter((one) => one !== known));
      return saved;
    }),
    remove: os.templates.remove.handler(({ input }) => {
      const { id } = find(input.template) ?? missing();
      templates.splice(0, templates.length, ...templates.filter((one) => one.id !== id));
      return { id };
    }),
  };
}

function missing(): never {
  throw new ORPCError('TEMPLATE_NOT_FOUND', { status: 404, message: 'There is no such template' });
}
