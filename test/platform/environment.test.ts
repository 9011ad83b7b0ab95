import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDocker } from '../../src/main/features/doctor/checks/docker.ts';
import { childEnvironment } from '../../src/main/platform/child-environment.ts';
import { clientConfig } from '../../src/main/postgres/pool.ts';
import { connectDocker } from '../../src/main/stack/docker/client.ts';
import { connectS3 } from '../../src/main/stores/objects/s3/client.ts';
import { makeHome, start } from '../postgres/embedded/support.ts';

/** What a shell may say of servers that are not ours. */
const shell = {
  PGSSLMODE: 'verify-full',
  PGSSLNEGOTIATION: 'direct',
  PGHOST: 'nowhere.invalid',
  PGPORT: '1',
  PGUSER: 'somebody',
  PGPASSWORD: 'else',
  PGDATABASE: 'other',
  PGOPTIONS: '-c default_transaction_read_only=on',
  PGCLIENTENCODING: 'SQL_ASCII',
  PGAPPNAME: 'theirs',
  PGSERVICE: 'nothere',
  PGPASSFILE: '/nonexistent',
  PGDATA: '/nonexistent',
  AWS_PROFILE: 'nothere',
  AWS_REGION: 'moon-1',
  AWS_ENDPOINT_URL: 'http://nowhere.invalid',
  AWS_ENDPOINT_URL_S3: 'http://nowhere.invalid',
  AWS_ACCESS_KEY_ID: 'theirs',
  AWS_SECRET_ACCESS_KEY: 'theirs',
  AWS_SESSION_TOKEN: 'theirs',
  AWS_USE_FIPS_ENDPOINT: 'perhaps',
  AWS_S3_USE_ARN_REGION: 'perhaps',
  AWS_MAX_ATTEMPTS: 'many',
  AWS_CONFIG_FILE: '/proc/self/mem',
  HTTP_PROXY: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  LC_ALL: 'xx_XX.nonsense',
  LANG: 'ko_KR.EUC-KR',
  TZ: 'Mars/Olympus',
  COMPOSE_FILE: '/nonexistent',
  COMPOSE_PROJECT_NAME: 'other',
  DOCKER_DEFAULT_PLATFORM: 'linux/arm64',
  DOCKER_API_VERSION: '1.1',
  NODE_OPTIONS: '--no-warnings',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  LD_PRELOAD: '',
};

const before = { ...process.env };
beforeEach(() => Object.assign(process.env, shell));
afterEach(() => {
  for (const name of Object.keys(shell)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

test('the embedded database starts, and answers in its own time zone and encoding, whatever the shell says of other servers', async () => {
  await using place = await makeHome();
  const { starter, url } = await start(place.home, { environment: { ...shell, TMPDIR: '/nonexistent' } });
  const asked = new pg.Client(clientConfig({ url }));
  await asked.connect();
  try {
    const { rows } = await asked.query(
      `SELECT current_setting('client_encoding') AS encoding, current_setting('TimeZone') AS zone, current_user AS role,
              current_setting('transaction_read_only') AS read_only, current_setting('application_name') AS name`,
    );
    expect(rows).toEqual([
      { encoding: 'UTF8', zone: 'UTC', role: 'admin', read_only: 'off', name: 'trainyard' },
    ]);
  } finally {
    await asked.end();
  }
  await starter.stop();
});

test('a URL’s own words on encryption count, and the shell’s do not', () => {
  const sslOf = (url: string) => {
    const client = new pg.Client(clientConfig({ url }));
    return client.ssl;
  };
  expect(sslOf('postgres://u:p@127.0.0.1:5/d')).toBe(false);
  expect(sslOf('postgres://u:p@127.0.0.1:5/d?sslmode=require')).toBeTruthy();
});

test('the object store’s client takes region, credentials and endpoint from nowhere but its own settings', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.headers.host} ${request.headers.authorization}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    using connection = connectS3({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      accessKeyId: 'ours',
      secretAccessKey: 'ours-too',
      bucketPrefix: '',
      tls: null,
    });
    const ask = connection.client.send(new GetObjectCommand({ Bucket: 'datasets', Key: 'a' }));
    await expect(ask).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    expect(seen).toEqual([expect.stringMatching(`^127.0.0.1:${port} .*Credential=ours/\\d+/us-east-1/s3/`)]);
  } finally {
    server.close();
  }
});

test('each kind of child gets what is for it, and nothing that is meant for other servers', () => {
  const names = (kind: Parameters<typeof childEnvironment>[0]) => {
    const found = childEnvironment(kind, {
      ...shell,
      PATH: '/bin',
      HOME: '/h',
      DOCKER_CONFIG: '/d',
      HF_TOKEN: 't',
    });
    return { found, kept: Object.keys(found).sort() };
  };
  expect(names('server')).toEqual({
    kept: ['LC_ALL', 'PATH', 'TZ'],
    found: { LC_ALL: 'C', PATH: '/bin', TZ: 'UTC' },
  });
  const docker = names('docker');
  expect(docker.kept.filter((name) => /^(PG|AWS|COMPOSE|NODE|LD)_?/.test(name))).toEqual([]);
  expect(docker.found).toMatchObject({ PATH: '/bin', HOME: '/h', DOCKER_CONFIG: '/d', LC_ALL: 'C.UTF-8' });
  expect(docker.found).not.toHaveProperty('DOCKER_DEFAULT_PLATFORM');
  expect(docker.found).not.toHaveProperty('DOCKER_API_VERSION');
  const node = names('node');
  expect(node.kept.filter((name) => /^(NODE_|LD_)/.test(name))).toEqual([]);
  expect(node.found).toMatchObject({ HF_TOKEN: 't' });
});

test('a Docker context that is not there is named, with the variable or the file that names it', async () => {
  await using place = await makeHome();
  mkdirSync(path.join(place.folder, '.docker'));
  const named = { HOME: place.folder, DOCKER_CONTEXT: 'nothere' };
  const told = expect.objectContaining({
    code: 'DOCKER_CONTEXT_UNKNOWN',
    message: expect.stringContaining('DOCKER_CONTEXT is "nothere"'),
    hint: expect.stringContaining('unset DOCKER_CONTEXT'),
  });
  expect(() => connectDocker(named)).toThrow(told);
  expect((await findDocker(named, true)).observation).toMatchObject({
    code: 'DOCKER_CONTEXT_UNKNOWN',
    evidence: expect.stringContaining('DOCKER_CONTEXT'),
  });
  writeFileSync(path.join(place.folder, '.docker', 'config.json'), '{"currentContext": "gone"}');
  expect(() => connectDocker({ HOME: place.folder })).toThrow(/config\.json names the context "gone"/);
  const certificates = {
    DOCKER_HOST: 'tcp://127.0.0.1:1',
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: '/nonexistent',
  };
  expect(() => connectDocker(certificates)).toThrow(/DOCKER_CERT_PATH/);
});
