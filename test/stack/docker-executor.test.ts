import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ContainerTrainers } from '../../src/main/features/runs/docker/container-trainers.ts';
import { TrainerImage } from '../../src/main/features/runs/docker/trainer-image.ts';
import type { Observation } from '../../src/main/features/runs/ports.ts';
import { configOf, executorContract } from '../features/runs/executors/contract.ts';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { containerMachine } from './support/container-machine.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: the executor docker, ${reason}`);

describe.skipIf(reason !== null)('in containers', () => {
  executorContract('docker', () => containerMachine());

  /** A prepared run of a machine, to be started. */
  async function prepared(
    machine: Awaited<ReturnType<typeof containerMachine>>,
    behaviour: 'quick' | 'waiting',
  ) {
    const { directories } = machine;
    const executor = machine.open();
    const runDirectory = directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
    const wanted = configOf(behaviour, path.dirname(path.dirname(path.dirname(runDirectory))));
    await executor.setUp(wanted.model, () => {}, AbortSignal.timeout(60_000));
    const { config, container } = await executor.place(runDirectory, wanted, { gpuUuids: [], files: [] });
    await directories.prepare(runDirectory, { ...config }, { lines: [], openAnnotations: null, container });
    const output = () => readFile(path.join(runDirectory, 'stdout.log'), 'utf8').catch(() => '');
    const until = <Kind extends Observation['kind']>(kind: Kind) =>
      waitFor(`the run to be ${kind}`, async () => {
        const seen = await directories.observe(runDirectory);
        return seen.kind === kind && (seen as Extract<Observation, { kind: Kind }>);
      });
    return { executor, runDirectory, output, until };
  }

  test('a container whose supervisor was killed goes on under another one', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory, output, until } = await prepared(machine, 'waiting');
    expect(await executor.start(runDirectory, [])).toBeNull();
    await waitFor('a line', async () => (await output()) === 'ready\n');
    const { supervisor: first } = await until('running');
    process.kill(first.pid, 'SIGKILL');
    await until('gone');
    expect(await machine.open().adopt(runDirectory)).toBe(true);
    // It has the lock before it writes that it began.
    const second = await waitFor('the second supervisor', async () => {
      const { supervisor } = await until('running');
      return supervisor.pid !== first.pid && supervisor;
    });
    expect(second).toMatchObject({ startedAt: first.startedAt, container: first.container });
    await machine.directories.askToStop(runDirectory, 60_000);
    expect((await until('exited')).exit).toMatchObject({ exitCode: 0, cause: 'cancelled' });
    expect(await output()).toBe('ready\nstopped\n');
  });

  test('a supervisor that is killed before it has opened the outputs costs its trainer nothing', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory, output, until } = await prepared(machine, 'waiting');
    vi.stubEnv('TRAINYARD_FAILPOINT', 'supervisor.begin.after');
    vi.stubEnv('TRAINYARD_FAILPOINT_MARK', path.join(path.dirname(runDirectory), 'killed'));
    try {
      expect(await executor.start(runDirectory, [])).toBeNull();
      await until('gone');
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await executor.adopt(runDirectory)).toBe(true);
    await waitFor('a line', async () => (await output()) === 'ready\n');
    await machine.directories.askToStop(runDirectory, 60_000);
    expect((await until('exited')).exit).toMatchObject({ exitCode: 0, cause: 'cancelled' });
  });

  test('how a container ended is learnt though its supervisor was killed before', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory, output, until } = await prepared(machine, 'waiting');
    expect(await executor.start(runDirectory, [])).toBeNull();
    await waitFor('a line', async () => (await output()) === 'ready\n');
    const { supervisor } = await until('running');
    process.kill(supervisor.pid, 'SIGKILL');
    await until('gone');
    await docker(['stop', supervisor.container?.id ?? '']);
    expect(await machine.open().adopt(runDirectory)).toBe(true);
    expect((await until('exited')).exit).toMatchObject({ exitCode: 0, cause: 'exited' });
    expect(await output()).toBe('ready\nstopped\n');
  });

  test('a trainer does not begin without a supervisor, and its container goes', async () => {
    await using machine = await containerMachine(path.join(import.meta.dirname, 'no-such-supervisor.mjs'));
    const { executor, runDirectory, output } = await prepared(machine, 'quick');
    expect(await executor.start(runDirectory, [])).toContain('code 1');
    expect(await machine.leftovers(runDirectory)).toEqual([]);
    expect(await output()).toBe('');
  });

  test('what has only the labels of a run’s container is neither it nor removed with it', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory } = await prepared(machine, 'quick');
    const label = `trainyard.directory=${runDirectory}`;
    const foreign = (await docker(['run', '-d', '--label', label, baseImage ?? '', 'sleep', '60'])).trim();
    try {
      await executor.clear(runDirectory);
      await executor.endOrphan(runDirectory, 0);
      expect(await executor.adopt(runDirectory)).toBe(false);
      expect((await docker(['inspect', '-f', '{{.State.Running}}', foreign])).trim()).toBe('true');
    } finally {
      await docker(['rm', '-f', '-v', foreign]);
    }
  });

  test('somebody else’s container that has the name of a run’s is not removed for it', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory } = await prepared(machine, 'quick');
    const { name } = JSON.parse(await readFile(path.join(runDirectory, 'container.json'), 'utf8'));
    const foreign = (await docker(['create', '--name', name, baseImage ?? '', 'true'])).trim();
    try {
      expect(await executor.start(runDirectory, [])).toContain('Conflict');
      expect(await docker(['inspect', '-f', '{{.Id}}', foreign])).toContain(foreign);
    } finally {
      await docker(['rm', '-f', '-v', foreign]);
    }
  });

  test('a trainer cannot change what its container is made by', async () => {
    await using machine = await containerMachine();
    const { executor, runDirectory, output, until } = await prepared(machine, 'waiting');
    expect(await executor.start(runDirectory, [])).toBeNull();
    await waitFor('a line', async () => (await output()) === 'ready\n');
    const { supervisor } = await until('running');
    const { id = '' } = supervisor.container ?? {};
    for (const file of ['config.json', 'container.json'])
      for (const attempt of [
        `echo '{}' > ${file}`,
        `rm -f ${file}`,
        `mv ${file} aside`,
        `touch -d 2001-01-01 ${file}`,
      ])
        await expect(docker(['exec', '-w', '/trainyard/run', id, 'sh', '-c', attempt])).rejects.toThrow();
    await machine.directories.askToStop(runDirectory, 60_000);
    await until('exited');
  });

  test('pretrained weights that no file is named for are refused before anything is started', async () => {
    await using machine = await containerMachine();
    const runDirectory = machine.directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
    const wanted = configOf('quick', path.dirname(path.dirname(path.dirname(runDirectory))));
    const pretrained = { ...wanted, model: { ...wanted.model, pretrained: true } };
    const placing = machine.open().place(runDirectory, pretrained, { gpuUuids: [], files: [] });
    await expect(placing).rejects.toMatchObject({ code: 'WEIGHTS_UNNAMED' });
  });

  test('an image that cannot be built is named with the last lines of its build', async () => {
    await using place = await temporaryFolder();
    await writeFile(
      path.join(place.folder, 'Dockerfile'),
      `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo so far && exit 3\n`,
    );
    const image = new TrainerImage(place.folder, { baseImage, withUltralytics: false });
    const trainers = new ContainerTrainers(() => image, place.folder);
    const lines: string[] = [];
    const model = { name: 'any', source: 'timm', pretrained: false, pretrainedWeights: null } as const;
    const making = trainers.setUp(model, (line) => lines.push(line), AbortSignal.timeout(60_000));
    await expect(making).rejects.toMatchObject({
      code: 'TRAINER_IMAGE_FAILED',
      message: expect.stringContaining('so far'),
    });
    expect(lines[0]).toContain(await image.tag());
  });
});
