import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { S3Endpoint } from '../../src/main/platform/endpoints.ts';
import { waitFor } from './engine.ts';

const run = promisify(execFile);

/** The images of the stack: `resources/stack/compose.yaml` names the same. */
export const serverImages = {
  postgres: 'postgres:17',
  mongo: 'mongo:8',
  redis: 'redis:8',
  s3: 'pgsty/silo:RELEASE.2026-09-03T13-18-01Z',
  temporal: 'temporalio/temporal:latest',
} as const;
export type ServerKind = keyof typeof serverImages;

/** Why tests that need this server's container cannot run here; null where they can. Print it with the skip. */
export function withoutServer(...kinds: readonly ServerKind[]): string | null {
  try {
    execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], {
      stdio: 'ignore',
      timeout: 10_000,
    });
  } catch {
    return 'no Docker Engine answers here';
  }
  for (const kind of kinds) {
    try {
      execFileSync('docker', ['image', 'inspect', serverImages[kind]], { stdio: 'ignore', timeout: 10_000 });
    } catch {
      return `the image ${serverImages[kind]} is not here`;
    }
  }
  return null;
}

/** A throwaway server of a test, in a container that goes with it. */
export interface TestServer extends AsyncDisposable {
  readonly container: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** With credentials. */
  readonly url: string;
  /** `docker restart`, or what else a test does to it: `docker(['pause', server.container])`. */
  restart(): Promise<void>;
}

/** Runs the docker program with these arguments and answers what it printed. */
export async function docker(args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

interface Recipe {
  readonly port: number;
  readonly environment: (password: string) => Record<string, string>;
  readonly args: (password: string) => readonly string[];
  readonly url: (port: number, password: string) => string;
  /** Run inside the container; ends with 0 once it is ready. */
  readonly ready: (password: string) => readonly string[];
}

const user = 'admin';

const recipes: Record<ServerKind, Recipe> = {
  postgres: {
    port: 5432,
    environment: (password) => ({
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'vision_platform',
    }),
    args: () => ['postgres', '-c', 'fsync=off'],
    url: (port, password) => `postgres://${user}:${password}@127.0.0.1:${port}/vision_platform`,
    ready: () => ['pg_isready', '-h', '127.0.0.1', '-U', user, '-d', 'vision_platform'],
  },
  mongo: {
    port: 27017,
    environment: (password) => ({ MONGO_INITDB_ROOT_USERNAME: user, MONGO_INITDB_ROOT_PASSWORD: password }),
    args: () => [],
    url: (port, password) => `mongodb://${user}:${password}@127.0.0.1:${port}/?authSource=admin`,
    ready: (password) => [
      'mongosh',
      '--quiet',
      `mongodb://${user}:${password}@127.0.0.1:27017/?authSource=admin`,
      '--eval',
      'db.adminCommand({ ping: 1 }).ok',
    ],
  },
  redis: {
    port: 6379,
    environment: () => ({}),
    args: (password) => ['redis-server', '--requirepass', password],
    url: (port, password) => `redis://:${password}@127.0.0.1:${port}/0`,
    ready: (password) => ['redis-cli', '--no-auth-warning', '-a', password, 'ping'],
  },
  s3: {
    port: 9000,
    environment: (password) => ({ MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password }),
    args: () => ['server', '/data'],
    url: (port, password) => `http://${user}:${password}@127.0.0.1:${port}`,
    ready: () => ['curl', '-fsS', 'http://127.0.0.1:9000/minio/health/live'],
  },
  temporal: {
    port: 7233,
    environment: () => ({}),
    args: () => ['server', 'start-dev', '--ip', '0.0.0.0', '--db-filename', '/tmp/temporal.db'],
    url: (port) => `127.0.0.1:${port}`,
    ready: () => ['temporal', 'operator', 'cluster', 'health'],
  },
};

/** Starts a server of the stack's image on a free port of 127.0.0.1 and waits until it is ready. */
export async function startServer(kind: ServerKind): Promise<TestServer> {
  const recipe = recipes[kind];
  const password = randomBytes(12).toString('hex');
  const name = `trainyard-test-${kind}-${randomBytes(4).toString('hex')}`;
  const secrets = mkdtempSync(path.join(tmpdir(), 'trainyard-server-'));
  chmodSync(secrets, 0o700);
  const environmentFile = path.join(secrets, 'environment');
  const variables = Object.entries(recipe.environment(password)).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(environmentFile, variables.join(''), { mode: 0o600 });
  const remove = async () => {
    await docker(['rm', '-f', '-v', name]);
  };
  try {
    await docker([
      ...['run', '-d', '--name', name, '--label', 'io.trainyard.test=1', '--env-file', environmentFile],
      ...['-p', `127.0.0.1::${recipe.port}`, serverImages[kind], ...recipe.args(password)],
    ]);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
  const isReady = () =>
    docker(['exec', name, ...recipe.ready(password)]).then(
      () => true,
      () => false,
    );
  try {
    await waitFor(`${kind} to be ready`, isReady, 90_000);
    // A published port of its own stays the same over a restart only where it was given; so read it again after each.
    const readPort = async () =>
      Number((await docker(['port', name, String(recipe.port)])).split('\n')[0]?.split(':').at(-1));
    let port = await readPort();
    return {
      container: name,
      host: '127.0.0.1',
      get port() {
        return port;
      },
      user,
      password,
      get url() {
        return recipe.url(port, password);
      },
      restart: async () => {
        await docker(['restart', '-t', '5', name]);
        await waitFor(`${kind} to be ready again`, isReady, 90_000);
        port = await readPort();
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The endpoint that the S3 adapter takes. */
export function s3Endpoint(server: TestServer, bucketPrefix = ''): S3Endpoint {
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    accessKeyId: server.user,
    secretAccessKey: server.password,
    bucketPrefix,
    tls: null,
  };
}

/** As {@link docker}, with something on standard input. */
export async function dockerInput(args: readonly string[], input: string): Promise<void> {
  const child = run('docker', [...args]);
  child.child.stdin?.end(input);
  await child;
}
