import { docker, type TestServer } from './servers.ts';

/** Runs redis-cli in the server's container; what it printed, without the last line break. */
export async function redisCli(server: TestServer, args: readonly string[]): Promise<string> {
  const printed = await docker([
    'exec',
    '-e',
    `REDISCLI_AUTH=${server.password}`,
    server.container,
    'redis-cli',
    ...args,
  ]);
  return printed.replace(/\n$/, '');
}
