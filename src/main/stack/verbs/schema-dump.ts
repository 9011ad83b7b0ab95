import { fault } from '../../../shared/errors/catalogue.ts';
import { databaseName, databaseUser } from '../addresses.ts';
import type { Daemon } from '../docker/daemon.ts';

const mostBytes = 64 * 1024 * 1024;

/** What the stack's own pg_dump, which is of the server's version, prints of the schema. @param exported the snapshot of a transaction that is open */
export async function schemaDump(
  daemon: Pick<Daemon, 'containers' | 'outputOf'>,
  stack: string,
  exported: string,
): Promise<Buffer> {
  const containers = await daemon.containers(stack);
  const container = containers.find(({ service, state }) => service === 'postgres' && state === 'running');
  if (!container) throw fault('CONTAINER_PROGRAM_FAILED', { program: 'pg_dump', code: -1, said: '' });
  // By the socket inside, which asks for no password.
  return daemon.outputOf(
    container.id,
    [
      ...['pg_dump', '--username', databaseUser, '--format=custom', '--compress=none', '--schema-only'],
      ...['--snapshot', exported, databaseName],
    ],
    mostBytes,
  );
}
