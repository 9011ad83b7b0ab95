import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { type EngineOptions, holdHome } from './held-home.ts';

/**
 * Starts an engine on a state folder: its lock, PostgreSQL, the schema, the services, the server. PostgreSQL comes up while most of the
 * engine is still loaded.
 * @throws TrainyardError ENGINE_RUNNING, PORT_TAKEN and what the database's start throws; nothing is left running then
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  await using stack = new AsyncDisposableStack();
  const held = holdHome(options, stack);
  // PostgreSQL's process is made before this one is busy with loading.
  await nextTurn();
  const { runEngine } = await import('./engine.ts');
  return await runEngine(held, stack.move(), options);
}
