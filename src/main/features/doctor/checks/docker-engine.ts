import { existsSync } from 'node:fs';
import path from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import { TooLateError, within, wordsOf } from '../../../platform/deadline.ts';
import { dockerClient } from '../../../stack/docker/client.ts';
import { type DockerAddress, dockerAddresses } from '../../../stack/docker/docker-address.ts';
import type { FindingCode } from '../findings.ts';
import type { Check, Observation } from '../ports.ts';
import { dockerFix, isWsl } from './docker-fix.ts';
import { reach } from './docker-reach.ts';

const infoSchema = z.object({
  OSType: z.string().default('linux'),
  OperatingSystem: z.string().default(''),
  MemTotal: z.number().default(0),
  DockerRootDir: z.string().default(''),
  SystemTime: z.string().default(''),
  HttpsProxy: z.string().default(''),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});
type Info = z.infer<typeof infoSchema>;

/** A Docker Engine that answers. */
export interface DockerEngine {
  readonly docker: Docker;
  /** The same with another patience, for calls that last. */
  readonly client: (timeoutMs: number) => Docker;
  readonly address: DockerAddress;
  readonly info: Info;
  /** How far its clock is ahead of ours, at least and at most, in milliseconds; null where it told no time. */
  readonly clockAheadMs: { readonly least: number; readonly most: number } | null;
}

/** What there is to say of Docker, and Docker itself where it can be used. */
export interface DockerState {
  readonly observation: Observation;
  readonly address: DockerAddress;
  readonly engine: DockerEngine | null;
}

/** The API of Docker Engine 20.10. */
const leastApi = 41;
const infoMs = 2_000;

/** Of several addresses the one that says most is told. */
const telling: readonly FindingCode[] = [
  'DOCKER_OK',
  'DOCKER_TOO_OLD',
  'DOCKER_NOT_LINUX',
  'DOCKER_PERMISSION',
  'DOCKER_SILENT',
  'DOCKER_STRANGE',
  'DOCKER_NOT_A_SOCKET',
  'DOCKER_UNREACHABLE',
  'DOCKER_ADDRESS_INVALID',
  'DOCKER_CONTEXT_UNKNOWN',
  'DOCKER_NOT_RUNNING',
];

async function describe(address: DockerAddress, docker: Docker, version: string): Promise<DockerState> {
  const sentAt = Date.now();
  const info = infoSchema.parse(await within(infoMs, docker.info()));
  const receivedAt = Date.now();
  const daemonTime = Date.parse(info.SystemTime);
  const evidence = `Docker ${version}, ${info.OperatingSystem} — ${address.url} (${address.source})`;
  if (info.OSType !== 'linux')
    return { observation: { code: 'DOCKER_NOT_LINUX', evidence }, address, engine: null };
  return {
    observation: { code: 'DOCKER_OK', evidence },
    address,
    engine: {
      docker,
      client: (timeoutMs) => dockerClient(address, timeoutMs),
      address,
      info,
      clockAheadMs: Number.isNaN(daemonTime)
        ? null
        : { least: daemonTime - receivedAt, most: daemonTime - sentAt },
    },
  };
}

async function tryAddress(address: DockerAddress): Promise<DockerState> {
  const reached = await reach(address);
  if ('code' in reached) return { observation: reached, address, engine: null };
  const { docker, version, apiVersion } = reached;
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < leastApi)) {
    const evidence = `Docker ${version}, API ${apiVersion} < 1.${leastApi} — ${address.url}`;
    return { observation: { code: 'DOCKER_TOO_OLD', evidence }, address, engine: null };
  }
  try {
    return await describe(address, docker, version);
  } catch (error) {
    const code = error instanceof TooLateError ? 'DOCKER_SILENT' : 'DOCKER_STRANGE';
    const evidence = `${address.url} (${address.source}): ${wordsOf(error)}`;
    return { observation: { code, evidence }, address, engine: null };
  }
}

function isInstalled(environment: NodeJS.ProcessEnv): boolean {
  const names = process.platform === 'win32' ? ['docker.exe'] : ['docker', 'dockerd'];
  const folders = (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) => names.some((name) => existsSync(path.join(folder, name))));
}

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
  return { code: isInstalled(environment) ? 'DOCKER_NOT_RUNNING' : 'DOCKER_NOT_INSTALLED', evidence };
}

/**
 * Looks for Docker at all addresses at once; the first of them that can be used is taken.
 * @param isNeeded whether the profile in use cannot do without
 */
export async function findDocker(environment: NodeJS.ProcessEnv, isNeeded: boolean): Promise<DockerState> {
  const addresses = dockerAddresses(environment);
  const states = await Promise.all(addresses.map(tryAddress));
  const rank = ({ observation }: DockerState) => telling.indexOf(observation.code);
  const [best] = states.toSorted((one, other) => rank(one) - rank(other));
  if (!best) throw new Error('there is no address at which Docker could be');
  const seen =
    best.observation.code === 'DOCKER_NOT_RUNNING'
      ? whyNotRunning(addresses, best.observation, environment, isNeeded)
      : best.observation;
  return { ...best, observation: { ...seen, ...dockerFix(seen.code, best.address) } };
}

/** Whether Docker answers and is new enough. */
export function dockerCheck(state: () => Promise<DockerState>, optional: boolean): Check {
  return { name: 'docker', group: 'docker', optional, run: async () => [(await state()).observation] };
}
