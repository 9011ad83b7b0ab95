import { statSync } from 'node:fs';
import { connect } from 'node:net';
import type Docker from 'dockerode';
import { TooLateError, within, wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { dockerClient, type Target, targetOf } from '../../../stack/docker/client.ts';
import type { DockerAddress } from '../../../stack/docker/docker-address.ts';
import type { FindingCode } from '../findings.ts';

/** A connection is made in this time where anything is there at all. */
const connectMs = 1_500;
const answerMs = 2_000;

/** Docker, or why it is not to be had at an address. */
export type Reached =
  | { readonly docker: Docker; readonly version: string; readonly apiVersion: string }
  | { readonly code: FindingCode; readonly evidence: string };

function knock(target: Target): Promise<void> {
  const connection =
    target.kind === 'socket'
      ? connect({ path: target.path })
      : connect({ host: target.host, port: target.port });
  const opened = new Promise<void>((resolve, reject) => {
    connection.once('connect', () => resolve());
    connection.on('error', reject);
  });
  return within(connectMs, opened).finally(() => connection.destroy());
}

function codeOf(error: unknown, target: Target): FindingCode | null {
  if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) return 'DOCKER_NOT_RUNNING';
  if (hasCode(error, 'EACCES', 'EPERM')) return 'DOCKER_PERMISSION';
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'))
    return 'DOCKER_UNREACHABLE';
  // The queue of a socket whose program takes no connections is full; a packet to a black hole is never answered.
  if (error instanceof TooLateError) return target.kind === 'socket' ? 'DOCKER_SILENT' : 'DOCKER_UNREACHABLE';
  return null;
}

function isOtherThanSocket(target: Target): boolean {
  if (target.kind !== 'socket' || process.platform === 'win32') return false;
  try {
    return statSync(target.path, { throwIfNoEntry: false })?.isSocket() === false;
  } catch (error) {
    // Whoever may not look may not connect either, and that is what will be told.
    if (hasCode(error, 'EACCES', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Connects, and asks for the version. */
export async function reach(address: DockerAddress): Promise<Reached> {
  const where = `${address.url || '(none)'} (${address.source})`;
  if (address.unknownContext) {
    const { namedBy, command } = address.unknownContext;
    return { code: 'DOCKER_CONTEXT_UNKNOWN', evidence: `${namedBy.en} (${command})` };
  }
  const target = targetOf(address);
  if (!target) return { code: 'DOCKER_ADDRESS_INVALID', evidence: where };
  if (isOtherThanSocket(target)) return { code: 'DOCKER_NOT_A_SOCKET', evidence: where };
  try {
    await knock(target);
  } catch (error) {
    const code = codeOf(error, target);
    if (!code) throw error;
    return { code, evidence: `${where}: ${wordsOf(error)}` };
  }
  try {
    const docker = dockerClient(address, answerMs);
    const { Version, ApiVersion } = await within(answerMs, docker.version());
    if (!ApiVersion) return { code: 'DOCKER_STRANGE', evidence: where };
    return { docker, version: Version, apiVersion: ApiVersion };
  } catch (error) {
    // The client ends a call whose time is over with a "socket hang up" of its own.
    const silent = error instanceof TooLateError || hasCode(error, 'ECONNRESET');
    return { code: silent ? 'DOCKER_SILENT' : 'DOCKER_STRANGE', evidence: `${where}: ${wordsOf(error)}` };
  }
}
