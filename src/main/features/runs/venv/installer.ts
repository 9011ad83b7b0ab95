import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { withoutAccounts } from '../../../../shared/errors/without-accounts.ts';
import { diskFull, isDiskSpent } from '../../../platform/faults/disk-room.ts';
import { runProgram } from '../../../platform/run-program.ts';
import { forUv, pythonEnvironment, readPipSettings } from './installer-environment.ts';
import { type Python, pythonIn } from './python.ts';
import { type ProgramEnd, runReported } from './reported-program.ts';
import type { Requirements } from './requirements.ts';
import type { TorchBuild } from './torch-build.ts';

/** A line of progress: an installer's own, or ours. */
export type ProgressLine = string | Bilingual;

/** What is installed, and where. */
export interface Installation {
  /** Of the environment; nothing stands there yet. */
  readonly folder: string;
  readonly base: Python;
  readonly requirements: Requirements;
  readonly build: TorchBuild;
  /** A folder of wheels in place of every index. */
  readonly wheels: string | null;
  /** In place of the package index that pip and uv are set up with. */
  readonly index: string | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: ProgressLine) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Runs pip or uv with the arguments of `install`. */
type Install = (...args: readonly string[]) => Promise<ProgramEnd>;

interface Installer {
  readonly name: 'uv' | 'pip';
  readonly install: Install;
}

/**
 * Makes an environment and installs what the trainer needs.
 * @throws TrainyardError PYTHON_WITHOUT_VENV, PACKAGES_UNREACHABLE, PACKAGE_NOT_OFFERED, PACKAGES_NOT_INSTALLED, DISK_FULL, TRAINER_WHEELS_MISSING
 */
export async function installTrainerPackages(installation: Installation): Promise<void> {
  const { wheels, requirements, report } = installation;
  if (wheels !== null && !existsSync(wheels))
    throw fault('TRAINER_WHEELS_MISSING', { folder: wheels }, { place: { file: wheels } });
  const installer = await makeEnvironment(installation);
  const need = async (...args: readonly string[]) => {
    const end = await installer.install(...args);
    if (end.failure !== null) throw installFault(installation, installer.name, end);
  };
  // Whoever filled the folder chose the builds that are in it: its hashes are not those of the lock.
  if (wheels !== null) return need(...requirements.packages);
  const backend = backendOf(installation);
  if (backend === null || installer.name === 'pip') {
    if (backend !== null)
      report({
        en: 'Without uv the usual build of torch is taken, which is larger.',
        ko: 'uv가 없어 더 큰 기본 torch 빌드를 설치합니다.',
      });
    return need('--requirement', requirements.lockFile);
  }
  const torch = await installer.install('--torch-backend', backend, ...requirements.torch);
  if (torch.failure !== null) {
    if (isRoomFault(torch)) throw installFault(installation, installer.name, torch);
    report({
      en: 'PyTorch’s own index does not give a build for this machine: the package index’s usual build is taken, which is larger.',
      ko: 'PyTorch 저장소에서 이 컴퓨터에 맞는 빌드를 받지 못해, 더 큰 기본 빌드를 설치합니다.',
    });
    return need('--requirement', requirements.lockFile);
  }
  const rest = path.join(installation.folder, 'requirements.txt');
  writeFileSync(rest, requirements.lockWithoutTorch);
  await need('--no-deps', '--requirement', rest);
}

/** Which of PyTorch's own builds is to be taken; null if the lock's own is the right one. */
function backendOf({ build, requirements: { lockCuda } }: Installation): 'auto' | 'cpu' | null {
  // macOS and Windows: the usual build is the one for the processor, or for Apple's cards.
  if (process.platform === 'darwin') return null;
  if (process.platform === 'win32') return build.kind === 'cpu' ? null : 'auto';
  if (lockCuda === null) return null;
  if (build.kind === 'cpu') return 'cpu';
  if (build.kind === 'rocm') return 'auto';
  // Within a major version of CUDA an older driver runs what was built for a newer one.
  const major = (version: string) => Number.parseInt(version, 10);
  return build.driverCuda !== null && major(build.driverCuda) < major(lockCuda) ? 'auto' : null;
}

/** Makes the environment itself, and answers what installs into it: uv where it can be had, else pip. */
async function makeEnvironment(installation: Installation): Promise<Installer> {
  const { folder, base, report, signal } = installation;
  const { index } = installation;
  const environment = {
    ...pythonEnvironment(installation.environment),
    ...(index === null ? {} : { PIP_INDEX_URL: index, UV_DEFAULT_INDEX: index }),
  };
  const parent = path.dirname(folder);
  const run = (program: string, ...args: readonly string[]) =>
    runReported(program, args, { environment, folder: parent, report, signal });
  const offline = installation.wheels === null ? [] : ['--no-index', '--find-links', installation.wheels];
  const uv = (program: string, from: NodeJS.ProcessEnv): Installer => ({
    name: 'uv',
    install: (...args) =>
      runReported(program, ['pip', 'install', '--python', pythonIn(folder), ...offline, ...args], {
        environment: { ...environment, ...from },
        folder: parent,
        report,
        signal,
      }),
  });
  const settings = async (python: string) => {
    const listed = await runProgram(python, ['-m', 'pip', 'config', 'list'], {
      environment,
      timeoutMs: 30_000,
      signal,
    });
    const text = listed.outcome === 'ended' && listed.exitCode === 0 ? listed.stdout : '';
    return forUv(readPipSettings(text), environment);
  };
  const need = async (name: string, end: ProgramEnd) => {
    if (end.failure !== null) throw installFault(installation, name, end);
  };

  const installed = await runProgram('uv', ['--version'], { environment, timeoutMs: 10_000, signal });
  if (installed.outcome === 'ended' && installed.exitCode === 0) {
    report(installed.stdout);
    await need('uv', await run('uv', 'venv', '--no-project', '--python', base.python, folder));
    return uv('uv', await settings(base.python));
  }
  if (!base.hasEnsurepip) {
    const [major, minor] = base.version.split('.');
    const parameters = {
      python: base.python,
      version: base.version,
      package: `python${major}.${minor}-venv`,
    };
    throw fault('PYTHON_WITHOUT_VENV', parameters, { place: { file: base.python } });
  }
  await need('venv', await run(base.python, '-m', 'venv', folder));
  const python = pythonIn(folder);
  const pip = (...args: readonly string[]) =>
    run(
      python,
      ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'],
      ...offline,
      ...args,
    );
  const own = await pip('uv>=0.8');
  if (own.failure === null) {
    const program = path.join(path.dirname(python), process.platform === 'win32' ? 'uv.exe' : 'uv');
    return uv(program, await settings(python));
  }
  if (isRoomFault(own)) throw installFault(installation, 'pip', own);
  report({ en: 'uv cannot be had here: pip installs.', ko: 'uv를 받을 수 없어 pip으로 설치합니다.' });
  return { name: 'pip', install: pip };
}

const noRoom = /No space left on device|Disk quota exceeded|os error (28|122)\b|\[Errno (28|122)\]/;
const unreachable =
  /dns error|lookup address|connection (refused|reset|aborted|broken)|NewConnectionError|network is unreachable|timed? ?out|error sending request|client error \(connect\)|SSLError|certificate|ProxyError|HTTP status (client|server) error|HTTP error \d|Max retries exceeded/i;
/** The name of a package that uv or pip finds nowhere. */
const notOffered = [
  /No matching distribution found for (\S+)/,
  /Because ([\w.-]+) was not found/,
  /Because there (?:is|are) no versions? of (\S+)/,
  /Because only .* of ([\w.-]+)/,
  /Because ([\w.-]+)\S* has no wheels/,
];

const isRoomFault = ({ lines }: ProgramEnd) => lines.some((line) => noRoom.test(line));

/** Why packages were not installed, by what the installer wrote. */
function installFault(
  { folder, wheels, base }: Installation,
  program: string,
  end: ProgramEnd,
): TrainyardError {
  const { failure, lines } = end;
  const details = { lines: lines.slice(-30) };
  // Python's venv does not pass on what its own pip wrote.
  if (isRoomFault(end) || isDiskSpent(folder))
    return diskFull(folder, new Error(lines.find((line) => noRoom.test(line)) ?? lines.at(-1)));
  const at = lines.findLastIndex((line) => /^(error|ERROR)\b/.test(line));
  const words = withoutAccounts(
    (at < 0 ? lines.slice(-3) : lines.slice(at)).map((line) => line.trim()).join(' '),
  )
    .replace(/\s+/g, ' ')
    .slice(0, 600);
  const cut = lines.find((line) => unreachable.test(line));
  if (cut !== undefined && wheels === null) {
    const all = words.includes(cut.trim()) ? words : cut.trim().slice(0, 400);
    return fault('PACKAGES_UNREACHABLE', { words: all }, { details });
  }
  const text = lines.join(' ').replace(/\s+/g, ' ');
  const name = notOffered.map((pattern) => pattern.exec(text)?.[1]).find((one) => one !== undefined);
  if (name !== undefined)
    return fault(
      'PACKAGE_NOT_OFFERED',
      {
        package: name.replace(/[,.]$/, ''),
        where: wheels ?? { en: 'the package index', ko: '패키지 저장소' },
        version: base.version,
      },
      { details },
    );
  return fault('PACKAGES_NOT_INSTALLED', { program, end: failure ?? '', words }, { details });
}
