import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { docker, dockerInput, startServer, type TestServer, withoutServer } from '../support/servers.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { type Certificates, makeCertificates, withoutOpenssl } from '../support/tls.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3') ?? withoutOpenssl();
if (reason) console.info(`skipped: the external profile (${reason})`);

/** Turns TLS on in a running PostgreSQL, with a certificate of our own authority. */
async function encrypt({ container, user }: TestServer, { cert, key }: Certificates): Promise<void> {
  const folder = '/var/lib/postgresql/data';
  const write = (name: string, text: string) =>
    dockerInput(
      [
        'exec',
        '-i',
        container,
        'sh',
        '-c',
        `cat > ${folder}/${name} && chmod 600 ${folder}/${name} && chown --reference=${folder}/PG_VERSION ${folder}/${name}`,
      ],
      text,
    );
  await write('server.crt', cert);
  await write('server.key', key);
  await docker([
    ...['exec', container, 'psql', '-U', user, '-d', 'vision_platform'],
    ...['-c', 'ALTER SYSTEM SET ssl = on', '-c', 'SELECT pg_reload_conf()'],
  ]);
}

interface Checks {
  readonly ok: boolean;
  readonly stores: readonly { store: string; ok: boolean; code: string | null; message: string }[];
}

describe.skipIf(reason)('the external profile', () => {
  let certificates: Certificates;
  let others: Certificates;
  let postgres: TestServer;
  let mongo: TestServer;
  let redis: TestServer;
  let s3: TestServer;
  beforeAll(async () => {
    certificates = makeCertificates();
    others = makeCertificates();
    [postgres, mongo, redis, s3] = await Promise.all([
      startServer('postgres'),
      startServer('mongo'),
      startServer('redis'),
      startServer('s3'),
    ]);
    await encrypt(postgres, certificates);
  });
  afterAll(async () => {
    await Promise.all([postgres, mongo, redis, s3].map((server) => server[Symbol.asyncDispose]()));
    certificates[Symbol.dispose]();
    others[Symbol.dispose]();
  });

  const servers = () => ({
    postgres: { url: postgres.url, caFile: certificates.caFile },
    mongo: { url: mongo.url },
    redis: { url: redis.url },
    s3: {
      endpoint: `http://127.0.0.1:${s3.port}`,
      accessKeyId: s3.user,
      secretAccessKey: s3.password,
      bucketPrefix: 'ours-',
    },
  });
  const wrong = (url: string) => url.replace(/:[^:@/]+@/, ':wrong-password@');
  const elsewhere = (url: string) => url.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');

  async function checkOf(value: object): Promise<{ checks: Checks; said: string }> {
    await using place = await temporaryHome();
    await cliJson(place.home, ['profile', 'show']);
    const file = path.join(place.home, 'servers.json');
    await writeFile(file, JSON.stringify(value));
    const { stdout, stderr } = await runCli(place.home, ['profile', 'external', file, '--json']);
    return { checks: JSON.parse(stdout) as Checks, said: stdout + stderr };
  }

  test('a wrong password, a certificate of strangers and a host that is not there are three things, for each store', async () => {
    const good = servers();
    const s3Url = good.s3.endpoint;
    const faults = {
      password: {
        postgres: { ...good.postgres, url: wrong(postgres.url) },
        mongo: { url: wrong(mongo.url) },
        redis: { url: wrong(redis.url) },
        s3: { ...good.s3, secretAccessKey: 'wrong-password' },
      },
      host: {
        postgres: { ...good.postgres, url: elsewhere(postgres.url) },
        mongo: { url: elsewhere(mongo.url) },
        redis: { url: elsewhere(redis.url) },
        s3: { ...good.s3, endpoint: elsewhere(s3Url) },
      },
      certificate: { ...good, postgres: { url: postgres.url, caFile: others.caFile } },
    };
    const [password, host, certificate] = await Promise.all([
      checkOf(faults.password),
      checkOf(faults.host),
      checkOf(faults.certificate),
    ]);
    for (const [index] of password.checks.stores.entries()) {
      const [first, second] = [password.checks.stores[index], host.checks.stores[index]];
      expect([first?.ok, second?.ok]).toEqual([false, false]);
      expect(first?.code).not.toBe(second?.code);
      expect(first?.message).not.toBe(second?.message);
      expect(second?.code).toMatch(/_UNREACHABLE$/);
    }
    const untrusted = certificate.checks.stores.find(({ store }) => store === 'postgres');
    expect(untrusted).toMatchObject({ ok: false, code: 'POSTGRES_TLS' });
    expect(certificate.checks.stores.filter(({ ok }) => ok).map(({ store }) => store)).toEqual([
      'mongo',
      'redis',
      's3',
    ]);
    for (const { said } of [password, host, certificate]) {
      for (const { password: secret } of [postgres, mongo, redis, s3]) expect(said).not.toContain(secret);
      expect(said).not.toContain('wrong-password');
    }
  });

  test('a run trains on servers by their URLs, and its parts are where they belong', async () => {
    await using place = await temporaryHome();
    const images = path.join(path.dirname(place.home), 'tiny');
    await writeTinyDataset(images);
    await cliJson(place.home, ['profile', 'show']);
    const file = path.join(place.home, 'servers.json');
    await writeFile(file, JSON.stringify(servers()));
    expect(await cliJson(place.home, ['profile', 'external', file])).toMatchObject({ ok: true });
    await cliJson(place.home, ['profile', 'use', 'external']);
    await using engine = await startEngine(place.home);
    expect(engine.pid).toBeGreaterThan(0);
    await cliJson(place.home, ['project', 'create', 'there']);
    await cliJson(place.home, ['dataset', 'import', images, '--project', 'there', '--name', 'tiny']);
    const { runId } = await cliJson<{ runId: string }>(place.home, [
      ...['train', '--project', 'there', '--dataset', 'tiny', '--model', 'builtin/cnn', '--epochs', '2'],
    ]);
    const followed = await runCli(place.home, ['runs', 'follow', runId, '--json']);
    expect(followed.code).toBe(0);
    const shown = await cliJson<{ status: string }>(place.home, ['runs', 'show', runId]);
    expect(shown.status).toBe('completed');
    const count = await docker([
      ...['exec', postgres.container, 'psql', '-U', postgres.user, '-d', 'vision_platform', '-tAc'],
      `SELECT count(*) > 0 FROM metrics WHERE workflow_id = '${runId}'`,
    ]);
    expect(count.trim()).toBe('t');
    const status = await docker([
      ...['exec', redis.container, 'redis-cli', '--no-auth-warning', '-a', redis.password],
      ...['get', `workflow:status:${runId}`],
    ]);
    expect(JSON.parse(status)).toMatchObject({ status: 'completed', progress: 100 });
    const logs = await docker([
      ...[
        'exec',
        mongo.container,
        'mongosh',
        '--quiet',
        mongo.url.replace(`:${mongo.port}`, ':27017').replace('/?', '/vision_platform?'),
      ],
      ...['--eval', `db.workflow_logs.countDocuments({ workflowId: '${runId}' })`],
    ]);
    expect(Number(logs)).toBeGreaterThan(0);
  });
});
