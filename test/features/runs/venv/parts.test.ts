import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environmentChoices } from '../../../../src/main/features/runs/venv/environment-choices.ts';
import {
  forUv,
  pythonEnvironment,
  readPipSettings,
} from '../../../../src/main/features/runs/venv/installer-environment.ts';
import { isAtLeast } from '../../../../src/main/features/runs/venv/python.ts';
import { readRequirements } from '../../../../src/main/features/runs/venv/requirements.ts';
import { chooseTorchBuild } from '../../../../src/main/features/runs/venv/torch-build.ts';
import { tryPython } from '../../../../src/main/features/runs/venv/trial.ts';
import { appRoot } from '../../../../src/main/platform/paths.ts';
import { withoutAccounts } from '../../../../src/shared/errors/without-accounts.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const torchTrainer = path.join(appRoot(), 'resources', 'trainers', 'torch');
const ownPython = process.env.TRAINYARD_TEST_PYTHON;
if (!ownPython)
  console.warn('The trial of the torch trainer is not run: TRAINYARD_TEST_PYTHON names no Python.');

test('versions of Python are compared by their numbers', () => {
  expect(['3.9.18', '3.12', '3.12.1', '3.100.0', '4.0'].map((version) => isAtLeast(version, '3.12'))).toEqual(
    [...[false, true, true, true, true]],
  );
});

test('what the torch trainer needs is read from its own files', () => {
  const { leastPython, packages, torch, lockCuda, lockWithoutTorch } = readRequirements(torchTrainer);
  expect(leastPython).toMatch(/^3\.\d+$/);
  expect(packages).toContainEqual(expect.stringMatching(/^torch>=/));
  expect(torch).toEqual([
    expect.stringMatching(/^torch>=[\d.]+,<=[\d.]+$/),
    expect.stringMatching(/^torchvision>=[\d.]+,<=[\d.]+$/),
  ]);
  expect(lockCuda).toMatch(/^\d+\.\d+$/);
  expect(lockWithoutTorch).toMatch(/^timm==/m);
  expect(lockWithoutTorch).not.toMatch(/^(torch|torchvision|nvidia|cuda|triton)/m);
  const lock = readFileSync(path.join(torchTrainer, 'requirements.lock'), 'utf8');
  const count = (text: string) => text.match(/^[\w.-]+==/gm)?.length ?? 0;
  const ofTorch = lock.match(/^(torch|torchvision|nvidia|cuda|triton)[\w-]*==/gm)?.length ?? 0;
  expect(count(lockWithoutTorch)).toBe(count(lock) - ofTorch);
});

test('names and passwords of addresses are never in a line that is reported', () => {
  expect(withoutAccounts('Looking in indexes: https://kim:p%40ss@mirror.example/simple, x')).toBe(
    'Looking in indexes: https://***@mirror.example/simple, x',
  );
  const word = fc.stringMatching(/^[A-Za-z0-9:@!$&*._~%-]{6,20}$/);
  fc.assert(
    fc.property(word, word, (name, password) => {
      const shown = withoutAccounts(`error: https://${name}:${password}@host/simple: 401`);
      return shown === 'error: https://***@host/simple: 401';
    }),
  );
});

test('uv gets the mirror that is set for pip alone, and keeps its own', () => {
  const settings = readPipSettings(
    [
      "global.index-url='https://mirror/simple'",
      "global.extra-index-url='https://a/simple\\nhttps://b/simple'",
      ":env:.index-url='https://other/simple'",
      "global.cert='/etc/own.pem'",
      "install.find-links='/nowhere/wheels https://files/wheels'",
      "install.trusted-host='mirror'",
    ].join('\n'),
  );
  expect(forUv(settings, {})).toEqual({
    UV_DEFAULT_INDEX: 'https://other/simple',
    UV_INDEX: 'https://a/simple https://b/simple',
    SSL_CERT_FILE: '/etc/own.pem',
    UV_FIND_LINKS: 'https://files/wheels',
    UV_INSECURE_HOST: 'mirror',
  });
  expect(forUv(settings, { UV_INDEX_URL: 'https://uv/simple', SSL_CERT_FILE: '/etc/uv.pem' })).toEqual({
    UV_INDEX: 'https://a/simple https://b/simple',
    UV_FIND_LINKS: 'https://files/wheels',
    UV_INSECURE_HOST: 'mirror',
  });
});

test('a shell that is set up for other packages leads no Python of ours to them', () => {
  const shell = {
    ...{ PATH: '/bin', PYTHONPATH: '/other', PYTHONHOME: '/other', VIRTUAL_ENV: '/other', PIP_USER: '1' },
    ...{ PIP_INDEX_URL: 'https://mirror/simple', CUDA_VISIBLE_DEVICES: '1', LD_PRELOAD: 'x.so' },
  };
  const { PATH, PIP_INDEX_URL, CUDA_VISIBLE_DEVICES, ...others } = pythonEnvironment(shell);
  expect([PATH, PIP_INDEX_URL, CUDA_VISIBLE_DEVICES]).toEqual(['/bin', 'https://mirror/simple', '1']);
  expect(others).toEqual({ LC_ALL: 'C', NO_COLOR: '1', PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' });
});

test('a variable goes before a setting, and one that is empty is not set', () => {
  const settings = { get: (name: string) => ({ trainerPython: '/opt/python3', trainerWheels: 7 })[name] };
  expect(environmentChoices(settings, { TRAINYARD_TRAINER_PYTHON: '' })).toEqual({
    python: '/opt/python3',
    wheels: null,
    index: null,
  });
  const variables = { TRAINYARD_TRAINER_PYTHON: 'python3.13', TRAINYARD_TRAINER_WHEELS: '/mnt/wheels' };
  expect(environmentChoices(settings, variables)).toEqual({
    ...{ python: 'python3.13', wheels: '/mnt/wheels', index: null },
  });
});

test('the package index that is set gives way to one that pip or uv has in the environment', () => {
  const settings = { get: (name: string) => (name === 'trainerIndex' ? 'https://mirror/simple' : undefined) };
  expect(environmentChoices(settings, {}).index).toBe('https://mirror/simple');
  for (const variable of ['PIP_INDEX_URL', 'UV_INDEX_URL', 'UV_DEFAULT_INDEX'])
    expect(environmentChoices(settings, { [variable]: 'https://other/simple' }).index, variable).toBeNull();
});

describe.skipIf(process.platform !== 'linux')('the build of torch follows from the machine', () => {
  const builds = {
    'cards of NVIDIA’s': [
      {
        'nvidia-smi':
          '[ "$1" = -L ] && echo "GPU 0: NVIDIA H200 (UUID: GPU-1ab00000)" || echo "| CUDA Version: 12.8 |"',
      },
      { kind: 'cuda', driverCuda: '12.8' },
    ],
    'a driver without cards': [{ 'nvidia-smi': 'echo "No devices were found"; exit 6' }, { kind: 'cpu' }],
    'cards of ROCm’s': [{ rocminfo: 'echo "  Name:                    gfx1100"' }, { kind: 'rocm' }],
    'neither of them': [{}, { kind: 'cpu' }],
  } as const;
  test.each(Object.entries(builds))('%s', async (_, [programs, expected]) => {
    await using place = await temporaryFolder();
    for (const [name, script] of Object.entries(programs))
      writeFileSync(path.join(place.folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    expect(await chooseTorchBuild({ PATH: place.folder })).toEqual(expected);
  });
});

test.skipIf(!ownPython)('a Python with torch passes the torch trainer’s own trial', async () => {
  const trial = await tryPython(ownPython ?? '', torchTrainer, process.env);
  expect(trial).toMatchObject({ torch: expect.stringMatching(/^2\./), unsuited: [] });
});

test('a Python without torch fails it by names', async () => {
  const trial = await tryPython('python3', torchTrainer, process.env).catch((error: Error) => error.message);
  expect(JSON.stringify(trial)).toMatch(/torch/);
});
