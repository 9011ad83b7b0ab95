import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a trainer's package needs, by its own files. */
export interface Requirements {
  /** The oldest Python, as `3.12`. */
  readonly leastPython: string;
  /** Packages with the ranges of their versions, as `torch>=2.6`. */
  readonly packages: readonly string[];
  /** The lock file: every package, with its hashes. */
  readonly lockFile: string;
  /** The lock without torch and what only one build of torch brings. */
  readonly lockWithoutTorch: string;
  /** torch and torchvision, no newer than in the lock. */
  readonly torch: readonly string[];
  /** The CUDA that the lock's torch was built for, as `13.2`; null if there is none. */
  readonly lockCuda: string | null;
  /** Of all that an environment follows from. */
  readonly hash: string;
}

/** Packages that differ from one build of torch to another. */
const ofTorch = /^(torch|torchvision|triton|pytorch-triton[\w-]*|nvidia-[\w-]+|cuda-[\w-]+)==/;

/** Reads `pyproject.toml` and `requirements.lock`, in the form in which they are kept. @param trainer the trainer's folder */
export function readRequirements(trainer: string): Requirements {
  const project = readFileSync(path.join(trainer, 'pyproject.toml'), 'utf8');
  const lockFile = path.join(trainer, 'requirements.lock');
  const lock = readFileSync(lockFile, 'utf8');
  const leastPython = /^requires-python = ">=([\d.]+)"/m.exec(project)?.[1];
  const list = /^dependencies = \[\n([^\]]*)\]/m.exec(project)?.[1];
  if (leastPython === undefined || list === undefined)
    throw new Error(`${trainer}/pyproject.toml names no Python or no dependencies`);
  const packages = [...list.matchAll(/"([^"]+)"/g)].map(([, one = '']) => one);
  const blocks = lock.split(/^(?=[A-Za-z0-9])/m);
  const locked = (name: string) => new RegExp(`^${name}==([\\d.]+)`, 'm').exec(lock)?.[1];
  const torch = packages
    .filter((one) => /^torch(vision)?\b/.test(one))
    .map((one) => {
      const newest = locked(/^[a-z]+/.exec(one)?.[0] ?? '');
      return newest === undefined ? one : `${one.replace(/,<[\d.]+/, '')},<=${newest}`;
    });
  return {
    leastPython,
    packages,
    lockFile,
    lockWithoutTorch: blocks.filter((block) => !ofTorch.test(block)).join(''),
    torch,
    lockCuda: /^cuda-toolkit==(\d+\.\d+)/m.exec(lock)?.[1] ?? null,
    hash: createHash('sha256')
      .update(JSON.stringify([leastPython, packages, lock]))
      .digest('hex'),
  };
}
