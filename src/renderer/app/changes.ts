import type { QueryClient } from '@tanstack/react-query';
import { type EngineClient, queries, stores } from '../rpc/client.ts';
import { pause } from '../rpc/pause.ts';

/** A run that learns changes many times a second; lists need not. */
const settleMs = 500;
const waitMs = 25_000;

type Change = Awaited<ReturnType<EngineClient['system']['changes']>>['changed'][number];

/** Marks what changed as stale, so that what is on the screen is read again. */
async function invalidate(client: QueryClient, changes: readonly Change[]): Promise<void> {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const keys = [];
  if (kinds.has('project')) keys.push(queries.projects.key());
  if (kinds.has('dataset')) keys.push(queries.datasets.key());
  if (kinds.has('run')) keys.push(queries.runs.list.key(), queries.runs.compare.key());
  if (kinds.has('disk')) keys.push(queries.system.disk.key());
  for (const { kind, id } of changes) {
    if (kind === 'run') keys.push(queries.runs.show.key({ input: { run: id } }));
  }
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
}

/** Keeps the page's reads true until aborted: waits for changes and reads again what they concern. */
export async function followChanges(
  engine: EngineClient,
  client: QueryClient,
  signal: AbortSignal,
): Promise<void> {
  let after = '';
  for (;;) {
    const changes = await engine.system.changes({ after, waitMs: after === '' ? 0 : waitMs }, { signal });
    // The first answer only tells where to begin: nothing on the screen is older.
    if (changes.reset && after !== '') {
      stores.wake();
      // Not waited for: where the stores went away these reads last until the next such notification.
      void client.invalidateQueries();
    } else if (!changes.reset) await invalidate(client, changes.changed);
    after = changes.cursor;
    if (changes.changed.length > 0) await pause(settleMs, signal);
    signal.throwIfAborted();
  }
}
