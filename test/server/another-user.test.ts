import { chmod, lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { areaOf, makeHome, start } from '../postgres/embedded/support.ts';
import {
  cliJson,
  databaseFolder,
  type RunningEngine,
  startEngine,
  temporaryHome,
  waitFor,
} from '../support/engine.ts';
import { everythingIn, openedBy, processTree, tryAs } from '../support/other-user.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const canActAsOthers = process.platform === 'linux' && process.getuid?.() === 0;
if (!canActAsOthers)
  console.info('skipped: what another user of the machine may do, because only root on Linux can act as one');

/** A user of the machine whom nothing here knows: an account needs no name. */
const stranger = { uid: 54_321, gid: 54_321 };

/** `open`, or why PostgreSQL lets nobody in with this password. */
async function knock(host: string, password: string): Promise<string> {
  const client = new pg.Client({ host, port: 5432, user: 'admin', database: 'vision_platform', password });
  client.on('error', () => {
    // Said by the connection's own failure.
  });
  try {
    await client.connect();
    return 'open';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe.skipIf(!canActAsOthers)('beside an engine with a finished run and one that trains', () => {
  let place: Awaited<ReturnType<typeof temporaryHome>>;
  let home: string;
  let engine: RunningEngine;
  let area: string;
  let trainingDirectory: string;
  let secrets: { engineToken: string; postgresPassword: string };
  let pids: number[];

  beforeAll(async () => {
    place = await temporaryHome();
    home = place.home;
    await writeTinyDataset(`${home}-photos`);
    // The most open one that a person may have.
    const usual = process.umask(0o000);
    try {
      engine = await startEngine(home);
    } finally {
      process.umask(usual);
    }
    await cliJson(home, ['project', 'create', 'demo']);
    await cliJson(home, ['dataset', 'import', `${home}-photos`, '--project', 'demo', '--name', 'photos']);
    const train = (epochs: string) =>
      cliJson<{ runId: string }>(home, [
        'train',
        '--project',
        'demo',
        '--dataset',
        'photos',
        '--epochs',
        epochs,
      ]);
    const statusOf = async (run: string) =>
      (await cliJson<{ status: string }>(home, ['runs', 'show', run])).status;
    const finished = await train('1');
    await waitFor('a finished run', async () => (await statusOf(finished.runId)) === 'completed');
    const training = await train('100000');
    trainingDirectory = path.join(home, 'runs', training.runId, '1');
    await waitFor('a run that trains', async () =>
      (await readFile(path.join(trainingDirectory, 'events.jsonl'), 'utf8').catch(() => '')).includes('loss'),
    );
    area = (await databaseFolder(home)) ?? '';
    secrets = JSON.parse(await readFile(path.join(home, 'secrets.json'), 'utf8'));
    pids = await processTree(engine.pid, [home, area]);
  }, 120_000);

  afterAll(async () => {
    await engine?.stop();
    await place?.[Symbol.asyncDispose]();
  });

  test('a stranger can read, list and write nothing of the state folder, nor what else its processes hold open', async () => {
    const { written } = await openedBy(pids);
    // A person's own photos are as open as the person has them.
    const photos = `${home}-photos`;
    const paths = [...new Set([...(await everythingIn(home)), ...written, photos])];
    expect(paths.length).toBeGreaterThan(500);
    expect((await tryAs(stranger, { paths })).paths).toEqual([`list ${photos}`]);
  });

  test('the account that PostgreSQL runs under reads and writes its own data, and nothing else', async () => {
    const server = serverUser();
    if (!server) throw new Error('root has a server’s account');
    const configuration = path.join(area, 'postgresql.conf');
    /** Its data, its socket, and the settings that we write for it: it could not be the server without them. */
    const itsOwn = (success: string) =>
      success === `read ${configuration}` ||
      ['data', 'socket'].some((name) => success.includes(` ${path.join(area, name)}`));
    const paths = await everythingIn(home);
    const { paths: done } = await tryAs(server, { paths });
    expect(done).toContain(`list ${path.join(area, 'data')}`);
    expect(done.filter((success) => !itsOwn(success))).toEqual([]);
  });

  test('whatever the umask, each file and folder is closed to others by its own mode, also where its folder is moved elsewhere', async () => {
    const open: string[] = [];
    for (const entry of await everythingIn(home)) {
      const stats = await lstat(entry).catch(() => null);
      // The server's account has its way through the first two, and reads the settings that are for it.
      const forServer = [home, area, path.join(area, 'postgresql.conf')].includes(entry) ? 0o050 : 0;
      if (stats && (stats.mode & 0o077 & ~forServer) !== 0)
        open.push(`${(stats.mode & 0o777).toString(8)} ${entry}`);
    }
    expect(open).toEqual([]);
  });

  test('the processes listen at one port of this machine and at sockets that no stranger can connect to', async () => {
    const { tcpPorts, tcpHosts, unixPaths } = await openedBy(pids);
    expect(tcpPorts).toEqual([Number(new URL(engine.url).port)]);
    // 127.0.0.1, as /proc has it.
    expect(tcpHosts).toEqual(['0100007F']);
    const sockets = [path.join(area, 'socket', '.s.PGSQL.5432'), path.join(home, 'engine.sock')];
    expect([...unixPaths].sort()).toEqual([...sockets].sort());
    expect((await tryAs(stranger, { sockets: [...sockets, ...tcpPorts] })).sockets).toEqual(tcpPorts);
  });

  test('PostgreSQL lets nobody in without the password, at its socket neither', async () => {
    const socket = path.join(area, 'socket');
    expect(await knock(socket, secrets.postgresPassword)).toBe('open');
    expect(await knock(socket, 'a guess')).toMatch(/password authentication failed/);
    expect(await knock(socket, '')).toMatch(/password/);
    expect(await knock(socket, secrets.engineToken)).toMatch(/password authentication failed/);
    const rules = await readFile(path.join(area, 'data', 'pg_hba.conf'), 'utf8');
    const methods = [...rules.matchAll(/^(?:local|host)\s.*\s(\S+)$/gm)].map(([, method]) => method);
    expect([...new Set(methods)]).toEqual(['scram-sha-256']);
  });

  test('every address of the API refuses a stranger without the token, and with another one', async () => {
    const described = await fetch(`${engine.url}/api/v1/openapi.json`, {
      headers: { authorization: `Bearer ${engine.token}` },
    });
    const { paths }: { paths: Record<string, Record<string, unknown>> } = await described.json();
    const addresses = Object.entries(paths).flatMap(([address, methods]) =>
      Object.keys(methods).map((method) => ({ method, url: `${engine.url}/api/v1${address}` })),
    );
    const others = ['/metrics', '/api/v1/openapi.json', '/files/runs/x/1/y', '/rpc', '/index.html'];
    for (const address of others) addresses.push({ method: 'get', url: engine.url + address });
    expect(addresses.length).toBeGreaterThan(30);
    const tokens = [undefined, 'Bearer ', 'Bearer another', `Bearer ${secrets.postgresPassword}`];
    const requests = addresses.flatMap(({ method, url }) =>
      tokens.map((authorization) => ({
        url,
        method: method.toUpperCase(),
        headers: authorization === undefined ? {} : { authorization },
      })),
    );
    const healthy = { url: `${engine.url}/healthz`, method: 'GET', headers: {} };
    const { requests: statuses } = await tryAs(stranger, { requests: [...requests, healthy] });
    expect(statuses.at(-1)).toBe(200);
    expect(requests.filter((_request, index) => statuses[index] !== 401)).toEqual([]);
  });

  test('while a run trains, no secret is in an argument, in a trainer’s environment, in a run directory or in a log', async () => {
    const { ticketUrl } = engine;
    const words = [secrets.engineToken, secrets.postgresPassword, new URL(ticketUrl).hash.slice(8)];
    const holds = (text: string) => words.some((word) => text.includes(word));
    expect(holds(await readFile(path.join(home, 'secrets.json'), 'utf8'))).toBe(true);
    const commands = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(commands.filter((command) => command.includes(trainingDirectory))).not.toEqual([]);
    expect(commands.filter(holds)).toEqual([]);
    const others = pids.filter((pid) => pid !== engine.pid);
    const environments = await Promise.all(
      others.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
    );
    expect(environments.some((environment) => environment.includes(trainingDirectory))).toBe(true);
    expect(environments.filter(holds)).toEqual([]);

    const itself = ['secrets.json', 'engine.json'].map((name) => path.join(home, name));
    const found: string[] = [];
    for (const file of await everythingIn(home)) {
      // A trainer renames its files, and PostgreSQL removes some, while this looks.
      const isFile = (await lstat(file).catch(() => null))?.isFile() ?? false;
      if (isFile && !itself.includes(file) && holds(await readFile(file, 'latin1').catch(() => '')))
        found.push(file);
    }
    expect(found).toEqual([]);

    const paths = pids.flatMap((pid) =>
      ['environ', 'mem', 'fd', 'cwd'].map((name) => `/proc/${pid}/${name}`),
    );
    expect((await tryAs(stranger, { paths })).paths).toEqual([]);
  });
});

test.skipIf(!canActAsOthers)(
  'a database outside of a closed state folder is as closed: a stranger sees the programs that are anybody’s, and nothing of it',
  async () => {
    await using place = await makeHome();
    await chmod(place.folder, 0o700);
    const { starter } = await start(place.home);
    const area = areaOf(place.home);
    expect(area).toMatch(/^\/var\/lib\/trainyard\/[0-9a-f]{16}\/postgres$/);
    const shared = '/var/lib/trainyard';
    const { paths } = await tryAs(stranger, { paths: [shared, ...(await everythingIn(path.dirname(area)))] });
    // The names in it are hashes of paths, and programs of PostgreSQL as npm has them.
    expect(paths).toEqual([`list ${shared}`]);
    for (const name of await readdir(shared))
      expect(name).toMatch(/^([0-9a-f]{16}|postgresql-[\w.-]+|socket-[0-9a-f]{16})$/);
    const socket = path.join(area, 'socket', '.s.PGSQL.5432');
    expect((await tryAs(stranger, { sockets: [socket] })).sockets).toEqual([]);
    expect(await knock(path.dirname(socket), 'a guess')).toMatch(/password authentication failed/);
    await starter.stop();
  },
);
