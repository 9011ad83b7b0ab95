import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { TooLateError, whenConnected, within, wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { runProgram } from '../../../platform/run-program.ts';
import {
  addressFault,
  type DockerAddress,
  dockerAddresses,
  openSocket,
  socketPath,
} from '../../../stack/docker/address.ts';
import { dockerClient } from '../../../stack/docker/client.ts';
import { Daemon } from '../../../stack/docker/daemon.ts';
import {
  codeOf,
  dockerFaultOf,
  groupCommand,
  statusOf,
  systemCommand,
  textOf,
} from '../../../stack/docker/docker-fault.ts';
import { type Observation, observed } from '../findings.ts';
import { installCommand } from './programs.ts';

const infoSchema = z.object({
  OSType: z.string().default('linux'),
  OperatingSystem: z.string().default(''),
  MemTotal: z.number().default(0),
  DockerRootDir: z.string().default(''),
  SystemTime: z.string().default(''),
  HttpsProxy: z.string().default(''),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});

/** How far a clock is ahead of ours, at least and at most, in milliseconds. */
export interface ClockAhead {
  readonly least: number;
  readonly most: number;
}

/** A Docker Engine that answers. */
export interface DockerEngine {
  readonly docker: Docker;
  readonly daemon: Daemon;
  readonly address: DockerAddress;
  readonly info: z.infer<typeof infoSchema>;
  /** Null if the daemon reported no time. */
  readonly clockAheadMs: ClockAhead | null;
}

/** What there is to say of Docker, and Docker itself where it can be used. */
export interface DockerState {
  readonly observation: Observation;
  readonly engine: DockerEngine | null;
}

/** The API of Docker Engine 20.10. */
const leastApi = 41;
/** A connection is made in this time where anything is there at all. */
const connectMs = 1_500;
const answerMs = 2_000;

const withoutEngine = (observation: Observation): DockerState => ({ observation, engine: null });
const where = ({ url, source }: DockerAddress) => `${url || '(none)'} (${source})`;

function isOtherThanSocket(address: DockerAddress): boolean {
  const socket = socketPath(address);
  if (socket === null || process.platform === 'win32') return false;
  try {
    return statSync(socket, { throwIfNoEntry: false })?.isSocket() === false;
  } catch (error) {
    // If the socket cannot be looked at, it cannot be connected to either, and that is reported then.
    if (hasCode(error, 'EACCES', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Why no connection is made; null if one is. */
async function whyUnreachable(address: DockerAddress): Promise<Observation | null> {
  const invalid = addressFault(address);
  if (invalid) {
    const named = address.unknownContext;
    return observed(invalid, named ? `${named.namedBy.en} (${named.command})` : where(address));
  }
  if (isOtherThanSocket(address)) return { code: 'DOCKER_NOT_A_SOCKET', evidence: where(address) };
  try {
    await whenConnected(openSocket(address), connectMs);
    return null;
  } catch (error) {
    // The queue of a socket whose program takes no connections is full; a packet to a black hole is never answered.
    const late = socketPath(address) === null ? 'DOCKER_UNREACHABLE' : 'DOCKER_SILENT';
    const code = error instanceof TooLateError ? late : codeOf(error);
    if (!code) throw error;
    return unusable(code, address, error);
  }
}

function unusable(
  code: Parameters<typeof dockerFaultOf>[0],
  address: DockerAddress,
  error: unknown,
): Observation {
  const evidence = `${where(address)}: ${wordsOf(error)}`;
  const found = observed(dockerFaultOf(code, address.url, error), evidence);
  if (code === 'DOCKER_PERMISSION' && process.platform === 'linux')
    return { ...found, command: groupCommand(address.url) };
  if (code === 'DOCKER_NOT_RUNNING') return { ...found, command: systemCommand(address.url, 'start') };
  return code === 'DOCKER_SILENT' ? { ...found, command: systemCommand(address.url, 'restart') } : found;
}

/** What Docker did instead of answering a question. */
function unanswered(address: DockerAddress, error: unknown): Observation {
  // The client ends a call whose time is over with a "socket hang up" of its own.
  const isSilent = error instanceof TooLateError || hasCode(rootOf(error), 'ECONNRESET');
  if (isSilent) return unusable('DOCKER_SILENT', address, rootOf(error));
  return { code: 'DOCKER_STRANGE', evidence: `${where(address)}: ${wordsOf(rootOf(error))}` };
}

/** What the client threw, without the error that the daemon's calls put around it. */
const rootOf = (error: unknown) => (error instanceof TrainyardError ? error.cause : error);

/** Runs one check against Docker. If Docker stops answering, that is the check's finding. @throws any error that is not Docker's */
export async function reportUnanswered(
  engine: DockerEngine,
  look: (engine: DockerEngine) => Promise<readonly Observation[]> | readonly Observation[],
): Promise<readonly Observation[]> {
  try {
    return await look(engine);
  } catch (error) {
    const isBroken = hasCode(rootOf(error), 'ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE');
    if (statusOf(error) === null && !isBroken && !(error instanceof TooLateError)) throw error;
    return [unanswered(engine.address, error)];
  }
}

async function tryAddress(address: DockerAddress): Promise<DockerState> {
  const reason = await whyUnreachable(address);
  if (reason) return withoutEngine(reason);
  try {
    const docker = dockerClient(address, answerMs);
    const { Version, ApiVersion } = await within(answerMs, docker.version());
    if (!ApiVersion) return withoutEngine({ code: 'DOCKER_STRANGE', evidence: where(address) });
    const [major = 0, minor = 0] = ApiVersion.split('.').map(Number);
    if (major < 1 || (major === 1 && minor < leastApi)) {
      const evidence = `Docker ${Version}, API ${ApiVersion} < 1.${leastApi} — ${address.url}`;
      return withoutEngine({ code: 'DOCKER_TOO_OLD', evidence });
    }
    const sentAt = Date.now();
    const info = infoSchema.parse(await within(answerMs, docker.info()));
    const receivedAt = Date.now();
    const daemonTime = Date.parse(info.SystemTime);
    const evidence = `Docker ${Version}, ${info.OperatingSystem} — ${where(address)}`;
    if (info.OSType !== 'linux') return withoutEngine({ code: 'DOCKER_NOT_LINUX', evidence });
    const clockAheadMs = Number.isNaN(daemonTime)
      ? null
      : { least: daemonTime - receivedAt, most: daemonTime - sentAt };
    return {
      observation: { code: 'DOCKER_OK', evidence },
      engine: { docker, daemon: new Daemon({ docker, url: address.url }), address, info, clockAheadMs },
    };
  } catch (error) {
    return withoutEngine(unanswered(address, error));
  }
}

function isInstalled(environment: NodeJS.ProcessEnv): boolean {
  const names = process.platform === 'win32' ? ['docker.exe'] : ['docker', 'dockerd'];
  const folders = (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) => names.some((name) => existsSync(path.join(folder, name))));
}

const isWsl = () => process.platform === 'linux' && /microsoft/i.test(textOf('/proc/version'));

const installDocker = {
  ubuntu: 'sudo apt-get install -y docker.io docker-compose-v2',
  debian: 'sudo apt-get install -y docker.io',
};

/** Nothing answers: whether it is there at all, and whether that matters. */
function whyNotRunning(
  addresses: readonly DockerAddress[],
  seen: Observation,
  environment: NodeJS.ProcessEnv,
  isNeeded: boolean,
): Observation {
  if (!isNeeded) return { code: 'DOCKER_NOT_NEEDED', evidence: seen.evidence };
  if (addresses.some(({ source }) => source !== 'default')) return seen;
  const evidence = addresses.map(({ url }) => url).join(', ');
  if (isWsl()) return { code: 'DOCKER_WSL_NOT_INTEGRATED', evidence };
  if (isInstalled(environment)) return { ...seen, evidence };
  return { code: 'DOCKER_NOT_INSTALLED', evidence, command: installCommand(installDocker) };
}

/**
 * Looks for Docker at all addresses at once; the first of them that can be used is taken, else the first where something is.
 * @param isNeeded whether the profile in use needs Docker
 */
export async function findDocker(environment: NodeJS.ProcessEnv, isNeeded: boolean): Promise<DockerState> {
  const addresses = dockerAddresses(environment);
  const states = await Promise.all(addresses.map(tryAddress));
  const isThere = ({ observation }: DockerState) => observation.code !== 'DOCKER_NOT_RUNNING';
  const best = states.find(({ engine }) => engine) ?? states.find(isThere) ?? states[0];
  if (!best) throw new Error('there is no address at which Docker could be');
  if (isThere(best)) return best;
  return withoutEngine(whyNotRunning(addresses, best.observation, environment, isNeeded));
}

const composeMs = 4_000;
/** The oldest whose handling of secrets, `--wait` and `depends_on` is as the stack's file wants it. */
const leastMinor = 20;

/** Ubuntu has a package of its own, Docker's repository another. */
const installCompose = {
  ubuntu: 'sudo apt-get install -y docker-compose-v2',
  debian: 'sudo apt-get install -y docker-compose-plugin',
};

function pluginFile(environment: NodeJS.ProcessEnv): string | null {
  const own = environment.DOCKER_CONFIG ?? path.join(environment.HOME ?? homedir(), '.docker');
  const folders = [
    path.join(own, 'cli-plugins'),
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ];
  const files = folders.map((folder) => path.join(folder, 'docker-compose'));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Checks that the Compose plugin runs and is new enough. */
export async function checkCompose(environment: NodeJS.ProcessEnv): Promise<Observation[]> {
  const answer = await runProgram('docker', ['compose', 'version'], {
    environment: childEnvironment('docker', environment),
    timeoutMs: composeMs,
  });
  if (answer.outcome === 'absent')
    return [{ code: 'DOCKER_PROGRAM_MISSING', evidence: `PATH=${environment.PATH ?? ''}` }];
  const plugin = pluginFile(environment);
  if (answer.outcome === 'hangs')
    return [{ code: 'COMPOSE_BROKEN', evidence: `${plugin ?? 'docker compose version'}: > ${composeMs} ms` }];
  const words = answer.output.replace(/\s+/g, ' ').slice(0, 300);
  const version = /\bv?(\d+)\.(\d+)\.\d+\S*/.exec(answer.output);
  if (answer.exitCode !== 0 || !version) {
    if (plugin) return [{ code: 'COMPOSE_BROKEN', evidence: `${plugin}: ${words}` }];
    return [{ code: 'COMPOSE_MISSING', evidence: words, command: installCommand(installCompose) }];
  }
  const [found, major, minor] = version;
  const isEnough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= leastMinor);
  return [{ code: isEnough ? 'COMPOSE_OK' : 'COMPOSE_TOO_OLD', evidence: found }];
}
