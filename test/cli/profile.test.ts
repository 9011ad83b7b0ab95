import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { chosenProfile } from '../../src/main/engine/profile.ts';
import { readExternalFile } from '../../src/main/stores/profiles/external-file.ts';
import { openSettings } from '../../src/main/stores/settings/settings-store.ts';
import { inLanguage } from '../../src/shared/errors/catalogue.ts';
import type { TrainyardError } from '../../src/shared/errors/error.ts';
import { cliFile, cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const secret = 'tell-nobody-7f3a';

test('a profile that was chosen is kept, and one that is unknown is refused', async () => {
  await using place = await temporaryHome();
  expect(await cliJson(place.home, ['profile', 'show'])).toEqual({ profile: 'embedded' });
  expect(await cliJson(place.home, ['profile', 'use', 'docker'])).toEqual({ profile: 'docker' });
  expect(await cliJson(place.home, ['profile', 'show'])).toEqual({ profile: 'docker' });
  expect((await runCli(place.home, ['profile', 'use', 'cloud'])).code).toBe(2);
  expect((await runCli(place.home, ['serve'], { TRAINYARD_PROFILE: 'cloud' })).code).toBe(2);
});

test('a profile in the settings that this program lacks is named', async () => {
  await using place = await temporaryHome();
  await cliJson(place.home, ['profile', 'use', 'docker']);
  using settings = openSettings(place.home);
  settings.set('profile', 'cloud');
  expect(() => chosenProfile(settings)).toThrow(
    expect.objectContaining({ code: 'PROFILE_UNKNOWN', message: expect.stringContaining('cloud') }),
  );
});

test('the external profile cannot be chosen before its servers are named', async () => {
  await using place = await temporaryHome();
  const { code, stderr } = await runCli(place.home, ['profile', 'use', 'external']);
  expect(code).toBe(1);
  expect(stderr).toContain('trainyard profile external FILE');
});

const faults: [string, string, string][] = [
  ['no JSON', `{ "postgres": "${secret}`, 'this is no JSON'],
  [
    'an unknown field',
    JSON.stringify({ postgres: { url: `postgres://a:${secret}@h/d` }, mysql: {} }),
    'mysql',
  ],
  ['a URL of another kind', JSON.stringify({ postgres: { url: `mysql://a:${secret}@h/d` } }), 'postgres.url'],
  [
    'certificates that are not there',
    JSON.stringify({ postgres: { url: `postgres://a:${secret}@h/d`, caFile: 'nowhere.pem' } }),
    'postgres.caFile',
  ],
];

test.each(faults)(
  'a file with %s is refused with its place, and nothing of it is shown',
  async (_name, written, place) => {
    await using folder = await temporaryHome();
    await cliJson(folder.home, ['profile', 'show']);
    const file = path.join(folder.home, 'servers.json');
    await writeFile(file, written);
    const { code, stdout, stderr } = await runCli(folder.home, ['profile', 'external', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('servers.json');
    expect(stderr).toContain(place);
    expect(stdout + stderr).not.toContain(secret);
  },
);

const postgres = { url: `postgres://a:${secret}@h/d` };
const s3 = { endpoint: 'http://h:9000', accessKeyId: 'a', secretAccessKey: secret };

test.each([
  ['no servers', {}, 'postgres', 'object 형식이어야 함'],
  ['a URL of another kind', { postgres: { url: 'mysql://h/d' } }, 'postgres.url', 'postgresql://로 시작하는'],
  ['an unknown store', { postgres, mysql: {} }, '', 'mysql'],
  ['a key that no header holds', { postgres, s3: { ...s3, accessKeyId: '…' } }, 's3.accessKeyId', 'ASCII'],
  ['an address without a port', { postgres, temporal: { address: 'h' } }, 'temporal.address', '호스트:포트'],
])('a file with %s is refused in Korean too', (_name, stores, field, words) => {
  const refused = () => readExternalFile('/servers.json', JSON.stringify(stores));
  expect(refused).toThrow(expect.objectContaining({ code: 'EXTERNAL_INVALID' }));
  try {
    refused();
  } catch (error) {
    const { record } = error as TrainyardError;
    const { message } = inLanguage(record, 'ko');
    expect(message).toContain(field ? `/servers.json, ${field}: ` : '/servers.json');
    expect(message).toContain(words);
    expect(message).not.toMatch(/must be|Invalid|expected/);
  }
});

test('what comes by standard input is called so, and no file is named that is not there', async () => {
  await using place = await temporaryHome();
  const child = spawn(findNode(), [cliFile, 'profile', 'external', '-'], {
    env: { ...process.env, TRAINYARD_HOME: place.home, TRAINYARD_LANG: 'en' },
  });
  child.stdin.end(JSON.stringify({ postgres: { ...postgres, caFile: 'nowhere.pem' } }));
  expect(await text(child.stderr)).toBe(
    `standard input, postgres.caFile: there is no file ${path.resolve('nowhere.pem')}. Correct it; docs/profiles.md has an example of each store.\n`,
  );
});

test('servers that cannot be used are told, and not kept', async () => {
  await using place = await temporaryHome();
  await cliJson(place.home, ['profile', 'show']);
  const file = path.join(place.home, 'servers.json');
  await writeFile(
    file,
    JSON.stringify({ postgres: { url: `postgres://admin:${secret}@127.0.0.1:1/vision` } }),
  );
  const { code, stdout, stderr } = await runCli(place.home, ['profile', 'external', file, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    stores: [{ store: 'postgres', ok: false, code: 'POSTGRES_UNREACHABLE' }],
  });
  expect(stdout + stderr).not.toContain(secret);
  expect((await runCli(place.home, ['profile', 'use', 'external'])).code).toBe(1);
});

test('an engine works on a PostgreSQL that is somebody else’s, and keeps the address to itself', async () => {
  await using database = await createTestDatabase('empty');
  await using place = await temporaryHome();
  await cliJson(place.home, ['profile', 'show']);
  const file = path.join(place.home, 'servers.json');
  await writeFile(file, JSON.stringify({ postgres: { url: database.url } }));
  const kept = await cliJson<{ ok: boolean }>(place.home, ['profile', 'external', file]);
  expect(kept.ok).toBe(true);
  expect((await stat(path.join(place.home, 'external.json'))).mode & 0o777).toBe(0o600);
  await cliJson(place.home, ['profile', 'use', 'external']);
  await using engine = await startEngine(place.home);
  const made = await cliJson<{ id: string }>(place.home, ['project', 'create', 'elsewhere']);
  const info = await fetch(`${engine.url}/api/v1/system`, {
    headers: { authorization: `Bearer ${engine.token}` },
  });
  const text = await info.text();
  expect(JSON.parse(text)).toMatchObject({ profile: 'external', database: { how: 'external' } });
  expect(text).not.toContain('postgres://');
  // Another profile has data of its own; back again, everything is there.
  await cliJson(place.home, ['profile', 'use', 'embedded']);
  expect(await cliJson(place.home, ['project', 'list'])).toMatchObject({ projects: [] });
  await cliJson(place.home, ['profile', 'use', 'external']);
  expect(await cliJson(place.home, ['project', 'list'])).toMatchObject({ projects: [{ id: made.id }] });
});

test('leaving a profile with runs that are not over says how many, and what becomes of them', async () => {
  await using database = await createTestDatabase('empty');
  await using place = await preparedHome();
  const { home } = place;
  await using _engine = await startEngine(home);
  await writeTinyDataset(path.join(home, '..', 'photos'));
  await cliJson(home, ['project', 'create', 'demo']);
  await cliJson(home, ['dataset', 'import', path.join(home, '..', 'photos'), '--project', 'demo']);
  const slow = ['--project', 'demo', '--dataset', 'photos', '--epochs', '5000'];
  await cliJson(home, ['train', ...slow]);
  await cliJson(home, ['train', ...slow]);
  const file = path.join(home, 'servers.json');
  await writeFile(file, JSON.stringify({ postgres: { url: database.url } }));
  await cliJson(home, ['profile', 'external', file]);
  const left = await runCli(home, ['profile', 'use', 'external']);
  expect(left).toMatchObject({ code: 0, stdout: 'external\n' });
  expect(left.stderr).toMatch(/^2 runs of the profile "embedded" are not over: /);
  const back = await runCli(home, ['profile', 'use', 'embedded']);
  expect(back).toMatchObject({ code: 0, stderr: '' });
  const same = await runCli(home, ['profile', 'use', 'embedded']);
  expect(same).toMatchObject({ code: 0, stderr: '' });
  const { runs } = await cliJson<{ runs: { id: string; status: string }[] }>(home, ['runs', 'list']);
  expect(runs.every(({ status }) => ['queued', 'running'].includes(status))).toBe(true);
  for (const { id } of runs) await cliJson(home, ['runs', 'cancel', id, '--grace', '0', '--wait']);
});

test.each(['external.keep.before', 'external.keep.after'])(
  'addresses that were being kept at a kill (%s) are there whole or not at all',
  async (failpoint) => {
    await using database = await createTestDatabase('empty');
    await using place = await temporaryHome();
    await cliJson(place.home, ['profile', 'show']);
    const file = path.join(place.home, 'servers.json');
    await writeFile(file, JSON.stringify({ postgres: { url: database.url } }));
    const killed = await runCli(place.home, ['profile', 'external', file], {
      TRAINYARD_FAILPOINT: failpoint,
    });
    expect(killed.code).toBeNull();
    const checked = await runCli(place.home, ['profile', 'check']);
    expect(checked.code).toBe(failpoint.endsWith('after') ? 0 : 1);
    expect(await cliJson(place.home, ['profile', 'external', file])).toMatchObject({ ok: true });
    expect(await cliJson(place.home, ['profile', 'check'])).toMatchObject({ ok: true });
  },
);
