// A process that starts the server of a state folder, as an engine does: node starter.ts HOME. It prints one line of JSON, then
// does what it reads on its standard input: "stop", "restart"; it stays until that is closed. It prints "exit" when the
// server ends by itself.
import { createInterface } from 'node:readline';
import { acquireEngineLock, openHome } from '../../../src/main/platform/home.ts';
import { startEmbeddedPostgres } from '../../../src/main/postgres/embedded/embedded-postgres.ts';

const say = (value: unknown) => console.log(JSON.stringify(value));
const home = openHome(process.argv[2] ?? '');
using lock = acquireEngineLock(home);
if (!lock) throw new Error('Another starter has the lock.');
const server = await startEmbeddedPostgres(home);
server.onExit((exit) => say({ exit: exit.pid }));
say({ report: server.report, url: server.url, host: server.connection.host });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') {
    await server.stop();
    say({ stopped: true });
  }
  if (line === 'restart') say({ report: await server.restart() });
}
