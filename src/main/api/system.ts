import { api } from './implementer.ts';

export const systemApi = {
  info: api.system.info.handler(({ context: { engine } }) => engine.info()),
  disk: api.system.disk.handler(({ context: { engine } }) => {
    const { level, disks } = engine.disk.state;
    return { level, disks: [...disks] };
  }),
  doctor: api.system.doctor.handler(async ({ input, context: { engine } }) =>
    (await engine.doctor()).examine(input.language),
  ),
  changes: api.system.changes.handler(({ input, context: { engine } }) =>
    engine.changes.after(input.after, input.waitMs),
  ),
  ticket: api.system.ticket.handler(({ context: { engine } }) => {
    const { url, expiresAt } = engine.ticket();
    return { url, expiresAt: expiresAt.toISOString() };
  }),
};
