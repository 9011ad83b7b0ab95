import path from 'node:path';
import * as z from 'zod/mini';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { runProgram } from '../../../platform/run-program.ts';
import { pythonEnvironment } from './installer-environment.ts';

const facts = z.object({
  /** The program itself, where the one that was asked only leads to it. */
  python: z.string().check(z.minLength(1)),
  /** As `3.13.1`. */
  version: z.string(),
  implementation: z.string(),
  hasEnsurepip: z.boolean(),
  /** Where its packages lie. */
  packages: z.string(),
});
/** A Python of this machine. */
export type Python = Readonly<z.infer<typeof facts>>;

const question = `
import importlib.util, json, platform, sys, sysconfig
print(json.dumps({
  "python": sys.executable, "version": platform.python_version(), "implementation": sys.implementation.name,
  "hasEnsurepip": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")), "packages": sysconfig.get_paths()["purelib"],
}))
`;
const timeoutMs = 20_000;
/** So many minor versions above the least are looked for by name, beside `python3` itself. */
const newerMinors = 6;

type Asked =
  | { readonly python: Python }
  /** It is there and does not run. */
  | { readonly reason: string }
  | null;

async function ask(program: string, environment: NodeJS.ProcessEnv): Promise<Asked> {
  const answer = await runProgram(program, ['-s', '-c', question], {
    environment: pythonEnvironment(environment),
    timeoutMs,
  });
  if (answer.outcome === 'absent') return null;
  const read = answer.outcome === 'ended' && answer.exitCode === 0 ? parse(answer.stdout) : null;
  if (read) return { python: read };
  const end = answer.outcome === 'hangs' ? `> ${timeoutMs} ms` : `${answer.exitCode}`;
  return { reason: `${answer.output.trim().split('\n').at(-1)?.slice(0, 300) ?? ''} (${end})`.trim() };
}

function parse(text: string): Python | null {
  try {
    return facts.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const numbersOf = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

/** Whether a version is at least another. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [numbersOf(version), numbersOf(least)];
  for (const [at, number] of need.entries()) if ((have[at] ?? 0) !== number) return (have[at] ?? 0) > number;
  return true;
}

const suits = ({ version, implementation }: Python, least: string) =>
  implementation === 'cpython' && isAtLeast(version, least);

/**
 * The Python that was chosen, else the first one on the PATH that is new enough: `python3` where it is.
 * @param chosen a program's path or name; null if the PATH decides
 * @throws TrainyardError PYTHON_NOT_FOUND, PYTHON_TOO_OLD, PYTHON_UNUSABLE
 */
export async function findPython(
  chosen: string | null,
  least: string,
  environment: NodeJS.ProcessEnv,
): Promise<Python> {
  if (chosen !== null) {
    const asked = await ask(chosen, environment);
    const reason = asked && 'python' in asked ? null : (asked?.reason ?? 'ENOENT');
    if (!asked || !('python' in asked))
      throw fault('PYTHON_UNUSABLE', { python: chosen, reason: reason ?? '' }, { place: { file: chosen } });
    if (suits(asked.python, least)) return asked.python;
    throw fault('PYTHON_TOO_OLD', { least, found: named([asked.python]) }, { place: { file: chosen } });
  }
  const [major = 3, minor = 0] = numbersOf(least);
  const names = [
    'python3',
    ...Array.from({ length: newerMinors }, (_, more) => `python${major}.${minor + more}`),
    'python',
  ];
  const found: Python[] = [];
  // Names of one Python share its packages.
  const isKnown = ({ packages }: Python) => found.some((one) => one.packages === packages);
  for (const name of names) {
    const asked = await ask(name, environment);
    if (!asked || !('python' in asked)) continue;
    if (suits(asked.python, least)) return asked.python;
    if (!isKnown(asked.python)) found.push(asked.python);
  }
  throw found.length === 0
    ? fault('PYTHON_NOT_FOUND', { least })
    : fault('PYTHON_TOO_OLD', { least, found: named(found) });
}

const named = (pythons: readonly Python[]) =>
  [
    ...new Set(
      pythons.map(({ python, version, implementation }) => `${implementation} ${version} (${python})`),
    ),
  ]
    .join(', ')
    .replaceAll('cpython', 'Python');

/** The program of an environment. */
export function pythonIn(folder: string): string {
  return process.platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}
