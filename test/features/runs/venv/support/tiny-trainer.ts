import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  type EnvironmentChoices,
  TrainerEnvironment,
} from '../../../../../src/main/features/runs/venv/trainer-environment.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

/** Writes a wheel of a package that has one module with a version. */
const wheelMaker = `
import sys, zipfile
name, version, folder = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
  f"{name}/__init__.py": f"version = {version!r}\\n",
  f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
  f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
  for path, text in files.items():
    wheel.writestr(zipfile.ZipInfo(path), text)
  wheel.writestr(zipfile.ZipInfo(f"{info}/RECORD"), "".join(f"{path},,\\n" for path in files))
`;

/** A trial as the torch trainer's, of two packages that hold nothing. `TINY_CARDS_FAULT` is what its driver says. */
const trial = `
import importlib.metadata, json, os, platform
versions = {}
for name in ("tinytorch", "tinyvision"):
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        print(json.dumps({"python": platform.python_version(), "unsuited": [name]}))
        raise SystemExit
    __import__(name)
fault = os.environ.get("TINY_CARDS_FAULT")
cards = [] if fault or not os.environ.get("TINY_CARDS") else [os.environ["TINY_CARDS"]]
print(json.dumps({"python": platform.python_version(), "unsuited": [], "versions": versions, "torch": versions["tinytorch"],
  "cuda": "13.2", "rocm": None, "cards": cards, "cardsFault": fault}))
`;

/** The system's Python, where it makes environments. */
export const systemPython: string | null = (() => {
  try {
    const script = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 9); print(sys.executable)';
    return execFileSync('python3', ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
})();

export const withoutPython = systemPython === null && 'no python3 here that makes environments';
if (withoutPython) console.warn(`Trainer environments are not tried: ${withoutPython}.`);

/** A trainer with two packages that hold nothing, their wheels, and a state folder. */
export async function tinyTrainer(name = 'home') {
  const place = await temporaryFolder();
  const [trainer, wheels, home, programs] = ['trainer', 'wheels', name, 'programs'].map((one) =>
    path.join(place.folder, one),
  ) as [string, string, string, string];
  for (const folder of [path.join(trainer, 'trainyard_torch'), wheels, programs])
    mkdirSync(folder, { recursive: true });
  for (const one of ['tinytorch', 'tinyvision'])
    execFileSync(systemPython ?? 'python3', ['-c', wheelMaker, one, '1.2', wheels]);
  const hash = (one: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(wheels, `${one}-1.2-py3-none-any.whl`)))
      .digest('hex');
  const project = (least = '3.9') =>
    writeFileSync(
      path.join(trainer, 'pyproject.toml'),
      `[project]\nrequires-python = ">=${least}"\ndependencies = [\n    "tinytorch>=1.0",\n    "tinyvision>=1.0",\n]\n`,
    );
  const lock = (hashOf = hash) =>
    writeFileSync(
      path.join(trainer, 'requirements.lock'),
      ['tinytorch', 'tinyvision'].map((one) => `${one}==1.2 \\\n    --hash=sha256:${hashOf(one)}\n`).join(''),
    );
  project();
  lock();
  writeFileSync(path.join(trainer, 'trainyard_torch', 'trial.py'), trial);
  const reported: string[] = [];
  const shell: NodeJS.ProcessEnv = {
    PATH: `${programs}${path.delimiter}${process.env.PATH}`,
    HOME: process.env.HOME,
    TMPDIR: place.folder,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_NO_CACHE_DIR: '1',
    PIP_RETRIES: '0',
    PIP_DEFAULT_TIMEOUT: '120',
  };
  const environment = (
    choices: Partial<EnvironmentChoices> = { wheels },
    variables: NodeJS.ProcessEnv = {},
    folder = home,
  ) =>
    new TrainerEnvironment({
      ...{ home: folder, trainer, environment: { ...shell, ...variables } },
      choices: () => ({ python: null, wheels: null, index: null, ...choices }),
    });
  return {
    ...{ folder: place.folder, trainer, wheels, home, programs, environment, project, lock, reported, shell },
    report: (line: string | { readonly en: string }) => {
      reported.push(typeof line === 'string' ? line : line.en);
    },
    /** Folders of environments, whole or not. */
    made: () => {
      const folder = path.join(home, 'environments');
      return existsSync(folder) ? readdirSync(folder).filter((one) => one.startsWith('torch-')) : [];
    },
    /** A program on the PATH, in the shell's language. */
    program: (file: string, script: string) =>
      writeFileSync(path.join(programs, file), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** A package index with the wheels of a folder, for who knows the password. */
export async function tinyIndex(wheels: string) {
  let hold = false;
  const waiting: (() => void)[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    if (request.headers.authorization !== `Basic ${Buffer.from('kim:geheim').toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end();
      return;
    }
    const file = path.join(wheels, path.basename(url));
    if (url.endsWith('.whl')) {
      const answer = () => response.end(readFileSync(file));
      if (hold) waiting.push(answer);
      else answer();
      return;
    }
    const links = readdirSync(wheels)
      .filter((one) => one.startsWith(`${path.basename(url)}-`))
      .map((one) => `<a href="/files/${one}">${one}</a>`);
    if (links.length === 0) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end(links.join('\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://kim:geheim@127.0.0.1:${port}/simple`,
    asked,
    /** Keeps downloads waiting, or answers those that wait. */
    hold: (wanted: boolean) => {
      hold = wanted;
      if (!hold) for (const answer of waiting.splice(0)) answer();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
