import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registryOf } from '../../../src/main/features/doctor/checks/network.ts';
import { dockerAddresses } from '../../../src/main/stack/docker/address.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'trainyard-docker-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const urls = (environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'linux') =>
  dockerAddresses({ HOME: home, ...environment }, platform).map(({ url }) => url);

async function makeContext(name: string, host: string): Promise<void> {
  const id = createHash('sha256').update(name).digest('hex');
  const folder = path.join(home, '.docker', 'contexts', 'meta', id);
  await mkdir(folder, { recursive: true });
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  await writeFile(path.join(folder, 'meta.json'), JSON.stringify(meta));
}

test('Docker is looked for at the usual sockets of each system', () => {
  expect(urls({})).toEqual(['unix:///var/run/docker.sock', `unix://${home}/.docker/desktop/docker.sock`]);
  expect(urls({ XDG_RUNTIME_DIR: '/run/user/1000' })).toContain('unix:///run/user/1000/docker.sock');
  expect(urls({}, 'darwin')).toContain(`unix://${home}/.docker/run/docker.sock`);
  expect(urls({}, 'win32')[0]).toBe('npipe:////./pipe/docker_engine');
});

test('DOCKER_HOST comes before the context, and the context before the usual sockets', async () => {
  await makeContext('rootless', 'unix:///run/user/1000/docker.sock');
  await makeContext('box', 'tcp://box:2376');
  await writeFile(path.join(home, '.docker', 'config.json'), '{"currentContext": "rootless"}');
  expect(urls({})).toEqual(['unix:///run/user/1000/docker.sock']);
  expect(urls({ DOCKER_CONTEXT: 'box' })).toEqual(['tcp://box:2376']);
  expect(urls({ DOCKER_CONTEXT: 'default' })[0]).toBe('unix:///var/run/docker.sock');
  expect(urls({ DOCKER_HOST: 'tcp://127.0.0.1:2375' })).toEqual(['tcp://127.0.0.1:2375']);
  expect(urls({ DOCKER_CONTEXT: 'removed' })).toEqual(['']);
});

test('a configuration that cannot be read leaves the usual sockets, as with the docker program', async () => {
  await mkdir(path.join(home, '.docker'));
  await writeFile(path.join(home, '.docker', 'config.json'), '{"currentContext": ');
  expect(urls({})[0]).toBe('unix:///var/run/docker.sock');
});

test('TLS is used where it is asked for', () => {
  const environment = { DOCKER_HOST: 'tcp://box:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
  expect(dockerAddresses(environment, 'linux')).toEqual([
    { url: 'tcp://box:2376', source: 'DOCKER_HOST', certificates: '/certs' },
  ]);
});

test('an image’s registry is what its reference begins with, else Docker Hub', () => {
  expect(registryOf('postgres:17', null)).toEqual({ host: 'registry-1.docker.io', port: 443 });
  expect(registryOf('pgsty/silo:1', null)).toEqual({ host: 'registry-1.docker.io', port: 443 });
  expect(registryOf('docker.io/library/redis:8', null).host).toBe('registry-1.docker.io');
  expect(registryOf('ghcr.io/owner/image@sha256:0', null)).toEqual({ host: 'ghcr.io', port: 443 });
  expect(registryOf('localhost:5000/image', null)).toEqual({ host: 'localhost', port: 5000 });
});
