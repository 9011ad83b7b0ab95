import { expect, test } from 'vitest';
import {
  checkEndpoints,
  type EndpointCheck,
} from '../../../src/main/features/doctor/checks/external-servers.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';

const asks = (probe: EndpointCheck['probe']) =>
  checkEndpoints(() => [{ name: 'postgres', place: 'db.example:5432', probe }], 200);
const refuses = (code: string) => asks(() => Promise.reject(new TrainyardError(code, 'it says no', 'hint')));

test('a server of the external profile is told by what it does', async () => {
  expect(await asks(async () => '17.10')).toEqual([
    { code: 'ENDPOINT_OK', evidence: 'postgres (db.example:5432): 17.10' },
  ]);
  const code = async (name: string) => (await refuses(name))[0]?.code;
  expect(await code('MONGO_REFUSED_CREDENTIALS')).toBe('ENDPOINT_REFUSED_CREDENTIALS');
  expect(await code('REDIS_UNTRUSTED')).toBe('ENDPOINT_UNTRUSTED');
  expect(await code('POSTGRES_TLS')).toBe('ENDPOINT_UNTRUSTED');
  expect(await code('POSTGRES_LOGIN_REFUSED')).toBe('ENDPOINT_REFUSED_CREDENTIALS');
  expect(await code('S3_UNREACHABLE')).toBe('ENDPOINT_UNREACHABLE');
  expect(await code('SOMETHING_ELSE')).toBe('ENDPOINT_FAILED');
});

test('a server that never answers is given up', async () => {
  expect((await asks(() => new Promise(() => {})))[0]?.code).toBe('ENDPOINT_SILENT');
});

test('a driver’s own words, which may hold a password, are not told', async () => {
  const [seen] = await asks(() => Promise.reject(new Error('connect postgres://me:hunter2@db failed')));
  expect(seen).toEqual({ code: 'ENDPOINT_FAILED', evidence: 'postgres (db.example:5432): Error' });
});

test('addresses that cannot be used are a finding', async () => {
  const seen = await checkEndpoints(() => {
    throw new TrainyardError('EXTERNAL_INVALID', 'external.json, postgres: must be a URL', 'hint');
  });
  expect(seen).toEqual([{ code: 'ENDPOINTS_UNKNOWN', evidence: 'external.json, postgres: must be a URL' }]);
});
