import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { listProcesses } from '../../../../src/main/features/runs/process/trainer-processes.ts';
import { waitFor } from '../../../support/engine.ts';
import { SmallDisk, withoutSmallDisks } from '../../../support/small-disk.ts';
import { tinyIndex, tinyTrainer, withoutPython } from './support/tiny-trainer.ts';

const prepareProgram = path.join(import.meta.dirname, 'support', 'prepare-program.ts');

describe.skipIf(withoutPython)('the torch trainer’s environment', () => {
  test('is made from a folder of wheels, without a network, in a folder with blanks and Korean, and once', async () => {
    await using tiny = await tinyTrainer('내 학습 폴더');
    const environment = tiny.environment(
      { wheels: tiny.wheels },
      { PIP_INDEX_URL: 'http://127.0.0.1:9/simple' },
    );
    expect(await environment.state()).toMatchObject({ kind: 'absent', build: 'cpu' });
    const made = await environment.prepare({ report: tiny.report });
    expect(made).toMatchObject({ torch: '1.2', device: 'cpu', cards: [], cardsFault: null });
    expect(made.python).toContain('내 학습 폴더/environments/torch-');
    expect(tiny.reported.join('\n')).toContain('Successfully installed tinytorch-1.2 tinyvision-1.2');
    expect(
      execFileSync(made.python, ['-c', 'import tinytorch; print(tinytorch.version)'], { encoding: 'utf8' }),
    ).toBe('1.2\n');
    const before = tiny.reported.length;
    expect(await environment.prepare({ report: tiny.report })).toEqual(made);
    expect(tiny.reported).toHaveLength(before);
    // Nothing is asked of any Python to know that it is ready.
    const unable = tiny.environment({ wheels: tiny.wheels }, { PATH: '/nowhere' });
    expect(await unable.state()).toEqual({ kind: 'ready', environment: made });

    // Another lock, as a new version of Trainyard brings: another environment, and then the old one goes.
    tiny.lock(() => '0'.repeat(64));
    expect(await environment.state()).toMatchObject({ kind: 'absent' });
    const [old] = tiny.made();
    await environment.prepare({ report: tiny.report });
    expect(tiny.made()).toHaveLength(1);
    expect(tiny.made()).not.toContain(old);

    // Its stamp, and its base, are gone: it is made again.
    const stamp = path.join(tiny.home, 'environments', 'torch.json');
    const whole = readFileSync(stamp);
    writeFileSync(stamp, '{"version": 1}');
    expect(await environment.state()).toMatchObject({ kind: 'absent' });
    writeFileSync(stamp, whole);
    rmSync((await environment.prepare({ report: tiny.report })).python);
    expect(await environment.state()).toMatchObject({ kind: 'absent' });
  });

  test('comes from the index that is set for pip, by the hashes of the lock, and no password is reported', async () => {
    await using tiny = await tinyTrainer();
    await using index = await tinyIndex(tiny.wheels);
    const environment = tiny.environment({}, { PIP_INDEX_URL: index.url });
    tiny.lock(() => '0'.repeat(64));
    await expect(environment.prepare({ report: tiny.report })).rejects.toMatchObject({
      code: 'PACKAGES_NOT_INSTALLED',
      message: expect.stringContaining('DO NOT MATCH THE HASHES'),
    });
    expect(tiny.made()).toEqual([]);
    tiny.lock();
    expect(await environment.prepare({ report: tiny.report })).toMatchObject({ torch: '1.2' });
    expect(tiny.reported.join('\n')).toContain('Looking in indexes: http://');
    expect(tiny.reported.join('\n')).not.toContain('geheim');
    expect(index.asked).toContain('/simple/tinytorch/');
  });

  test('takes the package index that is set, in place of the one that pip is set up with', async () => {
    await using tiny = await tinyTrainer();
    await using index = await tinyIndex(tiny.wheels);
    const environment = tiny.environment(
      { index: index.url },
      { PIP_INDEX_URL: 'http://127.0.0.1:9/simple' },
    );
    expect(await environment.prepare({ report: tiny.report })).toMatchObject({ torch: '1.2' });
    expect(index.asked).toContain('/simple/tinytorch/');
  });

  test('names what is in the way: an index out of reach, a package that is nowhere, a folder that is not there', async () => {
    await using tiny = await tinyTrainer();
    const away = tiny.environment(
      {},
      { PIP_INDEX_URL: 'http://kim:geheim@127.0.0.1:9/simple', PIP_RETRIES: '1' },
    );
    const error = await away.prepare({ report: tiny.report }).catch((caught: Error) => caught);
    expect(error).toMatchObject({
      code: 'PACKAGES_UNREACHABLE',
      message: expect.stringContaining('refused'),
    });
    expect(`${JSON.stringify(error)} ${error} ${tiny.reported.join('\n')}`).not.toContain('geheim');
    rmSync(path.join(tiny.wheels, 'tinyvision-1.2-py3-none-any.whl'));
    await expect(tiny.environment().prepare({ report: tiny.report })).rejects.toMatchObject({
      code: 'PACKAGE_NOT_OFFERED',
      message: expect.stringMatching(/^The package tinyvision\S* is not to be had from .*wheels/),
    });
    const nowhere = tiny.environment({ wheels: path.join(tiny.folder, 'none') });
    await expect(nowhere.prepare({ report: tiny.report })).rejects.toMatchObject({
      code: 'TRAINER_WHEELS_MISSING',
    });
    expect(tiny.made()).toEqual([]);
  });

  test('is aborted with everything that it started, and leaves nothing', async () => {
    await using tiny = await tinyTrainer();
    await using index = await tinyIndex(tiny.wheels);
    index.hold(true);
    const stop = new AbortController();
    const preparing = tiny
      .environment({}, { PIP_INDEX_URL: index.url })
      .prepare({ report: tiny.report, signal: stop.signal });
    const caught = preparing.catch((error: Error) => error.message);
    await waitFor('a download', async () => index.asked.some((url) => url.endsWith('.whl')));
    stop.abort(new Error('enough'));
    expect(await caught).toBe('enough');
    const left = (await listProcesses()).filter(({ command }) => command.includes(tiny.folder));
    expect(left).toEqual([]);
    expect(tiny.made()).toEqual([]);
  });

  test('is made by the next try after a kill, and once by two processes that want it at the same time', async () => {
    await using tiny = await tinyTrainer();
    await using index = await tinyIndex(tiny.wheels);
    index.hold(true);
    const start = () => {
      const child = spawn(process.execPath, [prepareProgram, tiny.home, tiny.trainer], {
        env: { ...tiny.shell, PIP_INDEX_URL: index.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
      });
      return { child, ended: once(child, 'close').then(() => output), output: () => output };
    };
    const killed = start();
    await waitFor('a download', async () => index.asked.some((url) => url.endsWith('.whl')));
    killed.child.kill('SIGKILL');
    await killed.ended;
    const begun = tiny.made();
    expect(begun).toHaveLength(1);
    const two = [start(), start()] as const;
    await waitFor('one of two to wait', async () =>
      two.some(({ output }) => output().includes('waiting for it')),
    );
    index.hold(false);
    const [one, other] = await Promise.all(two.map(({ ended }) => ended));
    const lastLine = (output = '') => output.trim().split('\n').at(-1);
    const python = lastLine(one);
    expect(python).toMatch(/^python .*environments\/torch-/);
    expect(lastLine(other)).toBe(python);
    expect(`${one}${other}`.match(/Successfully installed tinytorch/g)).toHaveLength(1);
    expect(tiny.made()).toHaveLength(1);
    expect(tiny.made()).not.toEqual(begun);
  });

  test('is a person’s own Python as it is, while that has everything', async () => {
    await using tiny = await tinyTrainer();
    const made = await tiny.environment().prepare({ report: tiny.report });
    const own = tiny.environment({ python: made.python }, {}, path.join(tiny.folder, 'other'));
    const ready = await own.prepare({ report: tiny.report });
    expect(ready.python).toBe(made.python);
    expect(
      readdirSync(path.join(tiny.folder, 'other', 'environments')).filter((one) => one.startsWith('torch-')),
    ).toEqual([]);
    expect(await own.state()).toMatchObject({ kind: 'ready' });
    execFileSync(made.python, ['-m', 'pip', 'uninstall', '-y', 'tinyvision'], { stdio: 'pipe' });
    expect(await own.state()).toMatchObject({ kind: 'absent' });
    const lacking = tiny.environment(
      { python: made.python, wheels: tiny.wheels },
      {},
      path.join(tiny.folder, 'other'),
    );
    expect((await lacking.prepare({ report: tiny.report })).python).not.toBe(made.python);
    expect(tiny.reported).toContain('It lacks tinyvision: an environment is made from it.');
  });

  test('says why a card is not computed on, and tries again without installing', async () => {
    await using tiny = await tinyTrainer();
    tiny.program(
      'nvidia-smi',
      'echo "| NVIDIA-SMI 470.1  CUDA Version: 11.4 |"; echo "GPU 0: Test (UUID: GPU-1ab00000)"',
    );
    const tooOld = 'The NVIDIA driver on your system is too old (found version 11040).';
    const broken = tiny.environment(undefined, { TINY_CARDS_FAULT: tooOld });
    const fault = {
      code: 'TORCH_DRIVER_TOO_OLD',
      message:
        'The NVIDIA driver is too old for torch 1.2: it runs CUDA up to 11.4, and torch was built for CUDA 13.2',
    };
    expect(await broken.prepare({ report: tiny.report })).toMatchObject({ device: 'cpu', cardsFault: fault });
    expect(await broken.state()).toMatchObject({ kind: 'ready', environment: { cardsFault: fault } });
    const before = tiny.reported.length;
    const works = tiny.environment(undefined, { TINY_CARDS: 'Test' });
    expect(await works.prepare({ report: tiny.report })).toMatchObject({
      device: 'cuda',
      cards: ['Test'],
      cardsFault: null,
    });
    expect(tiny.reported.slice(before)).toEqual(['Ready: torch 1.2 on Test']);
  });

  test.skipIf(withoutSmallDisks)('says that the disk is full, and leaves nothing on it', async () => {
    await using tiny = await tinyTrainer();
    await using disk = await SmallDisk.make('6m');
    const environment = tiny.environment({ wheels: tiny.wheels }, {}, disk.home);
    await expect(environment.prepare({ report: tiny.report })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(disk.freeBytes).toBeGreaterThan(5 * 1024 ** 2);
  });

  test('is impossible without a Python, with one that is too old, without ensurepip, or with one that does not run', async () => {
    await using tiny = await tinyTrainer();
    const state = (path_: string, python: string | null = null) =>
      tiny.environment({ python }, { PATH: path_ }).state();
    expect(await state('/nowhere')).toMatchObject({
      kind: 'impossible',
      error: { code: 'PYTHON_NOT_FOUND' },
    });
    expect(await state(process.env.PATH ?? '', '/nowhere/python3')).toMatchObject({
      kind: 'impossible',
      error: { code: 'PYTHON_UNUSABLE' },
    });
    tiny.project('3.99');
    expect(await state(process.env.PATH ?? '')).toMatchObject({
      kind: 'impossible',
      error: {
        code: 'PYTHON_TOO_OLD',
        message: expect.stringMatching(/needs Python 3\.99 or newer; found: Python 3\./),
      },
    });
    tiny.project('3.12');
    const facts = {
      version: '3.12.3',
      implementation: 'cpython',
      hasEnsurepip: false,
      packages: '/usr/lib/python3',
    };
    tiny.program(
      'python3',
      `echo '${JSON.stringify({ python: path.join(tiny.programs, 'python3'), ...facts })}'`,
    );
    await expect(tiny.environment().prepare({ report: tiny.report })).rejects.toMatchObject({
      code: 'PYTHON_WITHOUT_VENV',
      hint: expect.stringContaining('sudo apt-get install -y python3.12-venv'),
    });
  });
});
