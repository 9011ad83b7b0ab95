import { connection, type EngineClient, engine, queries, queryClient, stores } from '../rpc/client.ts';
import { once, pause } from '../rpc/pause.ts';

/** A run that learns changes many times a second; lists need not. */
const settleMs = 500;
const waitMs = 25_000;

type Change = Awaited<ReturnType<EngineClient['system']['changes']>>['changed'][number];

/** Marks what changed as stale, so that what is on the screen is read again. */
async function invalidate(changes: readonly Change[]): Promise<void> {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const keys = [];
  if (kinds.has('project')) keys.push(queries.projects.key());
  if (kinds.has('dataset')) keys.push(queries.datasets.key());
  if (kinds.has('inbox') || kinds.has('dataset')) keys.push(queries.inbox.key());
  if (kinds.has('run')) keys.push(queries.runs.list.key(), queries.runs.compare.key());
  if (kinds.has('weights')) keys.push(queries.weights.key());
  if (kinds.has('backup')) keys.push(queries.backups.key());
  if (kinds.has('disk')) keys.push(queries.system.disk.key());
  for (const { kind, id } of changes) {
    if (kind !== 'run') continue;
    const input = { run: id };
    keys.push(queries.runs.show.key({ input }), queries.runs.predictor.key({ input }));
  }
  await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

/** Waits for changes, and reads again what they concern. */
async function follow(): Promise<void> {
  let after = '';
  for (;;) {
    const changes = await engine.system.changes({ after, waitMs: after === '' ? 0 : waitMs });
    // The first answer only gives the cursor to begin at: nothing on the screen is older.
    if (changes.reset && after !== '') {
      stores.wake();
      // Not waited for: where the stores went away these reads last until the next such notification.
      void queryClient.invalidateQueries();
    } else if (!changes.reset) await invalidate(changes.changed);
    after = changes.cursor;
    if (changes.changed.length > 0) await pause(settleMs);
  }
}

/**
 * Keeps the page's reads true for as long as it lives. Only a session that is not known ends that, and the page then says so; a new one
 * starts it again.
 */
export async function followChanges(): Promise<void> {
  for (;;) {
    try {
      await follow();
    } catch (error) {
      if (connection.state.phase !== 'unauthorized') reportError(error);
      do await once(connection.subscribe);
      while (connection.state.phase !== 'open');
    }
  }
}
