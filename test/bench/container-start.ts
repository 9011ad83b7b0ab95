import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configOf } from '../features/runs/executors/contract.ts';
import { containerMachine } from '../stack/support/container-machine.ts';
import { withoutTorch } from '../stack/support/torch-image.ts';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { median, type Row } from './table.ts';

const supervisor = path.resolve(import.meta.dirname, '../../out/node/supervisor.js');

/** From the request to the first line that the trainer prints, against `docker run` of the same image, program and limits. */
export async function benchContainerStart({ rounds = 15 } = {}): Promise<Row[]> {
  const reason = withoutTorch();
  if (reason) throw new Error(reason);
  await using machine = await containerMachine(supervisor);
  const runDirectory = machine.directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
  const executor = machine.open();
  const wanted = configOf('quick', path.dirname(path.dirname(path.dirname(runDirectory))));
  await executor.setUp(wanted.model, () => {}, AbortSignal.timeout(120_000));
  const image = await machine.image.tag();

  /** Milliseconds. */
  async function ours(): Promise<number> {
    await rm(runDirectory, { recursive: true, force: true });
    const { config, container } = await executor.place(runDirectory, wanted, { gpuUuids: [], files: [] });
    await machine.directories.prepare(
      runDirectory,
      { ...config },
      { lines: [], openAnnotations: null, container },
    );
    const start = performance.now();
    const failure = await executor.start(runDirectory, []);
    if (failure !== null) throw new Error(failure);
    await waitFor(
      'a line',
      async () => {
        const text = await readFile(path.join(runDirectory, 'stdout.log'), 'utf8').catch(() => '');
        return text.includes('\n');
      },
      30_000,
      2,
    );
    const took = performance.now() - start;
    await waitFor('the end', async () => (await machine.directories.observe(runDirectory)).kind === 'exited');
    await waitFor(
      'its container to be gone',
      async () => (await machine.leftovers(runDirectory)).length === 0,
    );
    return took;
  }

  const folder = path.join(path.dirname(runDirectory), 'raw');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ model: { name: 'quick' } }));
  const limits = [
    '--network',
    'none',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--read-only',
    '--init',
  ];

  async function raw(): Promise<number> {
    const start = performance.now();
    const args = ['run', '--rm', '-i', ...limits, '-v', `${folder}:/run-directory`, image];
    const child = spawn('docker', [...args, 'python3', '-m', 'trainyard_torch', '/run-directory'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const took = performance.now() - start;
    child.stdout.resume();
    await ended;
    return took;
  }

  await ours();
  await raw();
  const times = { ours: [] as number[], raw: [] as number[], again: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.raw.push(await raw());
    times.ours.push(await ours());
    times.again.push(await raw());
  }
  await docker(['image', 'rm', image]);
  const [mine, theirs] = [median(times.ours), median([...times.raw, ...times.again])];
  const ratio = mine / theirs;
  return [
    {
      name: 'a container to its trainer’s first line, against `docker run` of the same image',
      ...{ ratio, goal: '≤ 0.9', met: ratio <= 0.9 },
      control: median(times.raw) / median(times.again),
      detail: `${Math.round(mine)} ms with a supervisor that outlives the engine; docker run ${Math.round(theirs)} ms`,
    },
  ];
}
