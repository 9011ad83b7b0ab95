import { api } from './implementer.ts';

export const settingsApi = {
  list: api.settings.list.handler(async ({ context: { engine } }) => (await engine.settings()).list()),
  set: api.settings.set.handler(async ({ input, context: { engine } }) =>
    (await engine.settings()).set(input.name, input.value),
  ),
  unset: api.settings.unset.handler(async ({ input, context: { engine } }) =>
    (await engine.settings()).unset(input.name),
  ),
};
