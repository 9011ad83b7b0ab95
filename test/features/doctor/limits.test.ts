import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findDocker } from '../../../src/main/features/doctor/checks/docker.ts';
import { removeLeftovers } from '../../../src/main/features/doctor/checks/throwaway.ts';
import { waitFor } from '../../support/engine.ts';
import { docker, withoutServer } from '../../support/servers.ts';
import { Machine, withoutMounts } from './support/faulty-machine.ts';

const withoutContainers = withoutServer('redis');
if (withoutContainers) console.info(`skipped: containers of the doctor: ${withoutContainers}`);
if (withoutMounts) console.info(`skipped: a machine without Docker: ${withoutMounts}`);

const codesOf = (findings: readonly { code: string }[]) => findings.map(({ code }) => code);

test('a Docker whose process is stopped holds up nobody', { timeout: 30_000 }, async () => {
  await using machine = await Machine.make();
  const socket = path.join(machine.folder, 'stopped.sock');
  const listen = `require('net').createServer().listen(process.argv[1], () => process.stdout.write('up'))`;
  const stopped = spawn(process.execPath, ['-e', listen, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  machine.afterwards(async () => stopped.kill('SIGKILL'));
  await once(stopped.stdout, 'data');
  stopped.kill('SIGSTOP');
  const findings = await machine.examine({ environment: { DOCKER_HOST: `unix://${socket}` } });
  expect(codesOf(findings)).toContain('DOCKER_SILENT');
});

test('a Docker that answers at first and then no more is told of, within ten seconds', {
  timeout: 30_000,
}, async () => {
  await using machine = await Machine.make();
  await machine.stack({});
  const environment = await machine.daemon({
    '/version': { Version: '28.0.0', ApiVersion: '1.48' },
    '/info': { OSType: 'linux', SystemTime: new Date().toISOString() },
    '/containers/json': null,
    '/volumes': null,
    '/images/redis:8/json': null,
  });
  const findings = await machine.examine({ environment });
  expect(codesOf(findings)).toContain('DOCKER_SILENT');
  expect(codesOf(findings)).not.toContain('CHECK_TIMED_OUT');
  expect(codesOf(findings)).not.toContain('CHECK_FAILED');
});

describe.skipIf(withoutMounts)('where there is no Docker', () => {
  test('the embedded profile is in order without, and says so', async () => {
    await using machine = await Machine.make();
    const findings = await machine.examine({
      profile: 'embedded',
      environment: { HOME: machine.folder, XDG_RUNTIME_DIR: undefined },
      mounts: 'mount -t tmpfs none /run',
    });
    expect(codesOf(findings)).toContain('DOCKER_NOT_NEEDED');
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(codesOf(findings).filter((code) => /^(COMPOSE|STACK|CONTAINER)/.test(code))).toEqual([]);
  });
});

test('what is wrong with Docker is a warning where the profile does without', async () => {
  await using machine = await Machine.make();
  const old = { Version: '19.03.15', ApiVersion: '1.40' };
  const environment = await machine.daemon({ '/version': old });
  const findings = await machine.examine({ profile: 'embedded', environment });
  expect(findings.find(({ code }) => code === 'DOCKER_TOO_OLD')?.severity).toBe('warning');
});

describe.skipIf(withoutContainers)('containers of the doctor', () => {
  test('go by themselves when the doctor is killed', { timeout: 40_000 }, async () => {
    const mark = randomBytes(8).toString('hex');
    const program = path.join(import.meta.dirname, 'support', 'sleeper.ts');
    const doctor = spawn(process.execPath, [program, mark], { stdio: 'inherit' });
    const running = async () => {
      const ids = (await docker(['ps', '-q', '--no-trunc', '--filter', 'label=io.trainyard.doctor=1'])).split(
        '\n',
      );
      const marks = ids.filter(Boolean).map(async (id) => {
        const variables = await docker(['inspect', '-f', '{{.Config.Env}}', id]).catch(() => '');
        return variables.includes(mark) ? [id] : [];
      });
      return (await Promise.all(marks)).flat();
    };
    await waitFor('the container to run', async () => (await running()).length === 1, 20_000);
    const [id = ''] = await running();
    doctor.kill('SIGKILL');
    await once(doctor, 'exit');
    const isGone = async () => (await docker(['ps', '-aq', '--no-trunc'])).includes(id) === false;
    await waitFor('the container to be gone', isGone, 20_000);
  });

  test('that were made and never started are removed by a later doctor, young ones are not', async () => {
    const label = `io.trainyard.test.${randomBytes(6).toString('hex')}`;
    const id = (await docker(['create', '--label', `${label}=1`, 'redis:8'])).trim();
    try {
      const { engine } = await findDocker(process.env, true);
      if (!engine) throw new Error('Docker went away');
      expect(await removeLeftovers(engine, label)).toEqual([]);
      const later = new Date(Date.parse(engine.info.SystemTime) + 120_000).toISOString();
      const aged = { ...engine, info: { ...engine.info, SystemTime: later } };
      expect(await removeLeftovers(aged, label)).toEqual([id.slice(0, 12)]);
      expect(await docker(['ps', '-aq', '--no-trunc', '--filter', `label=${label}`])).toBe('');
    } finally {
      await docker(['rm', '-f', '-v', id]).catch(() => '');
    }
  });
});
