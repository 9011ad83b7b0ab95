import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { DaemonRefusal } from '../docker-objects.ts';

/** A file's text; empty if there is none. */
export function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The number of a socket's group; 0 if the socket is not there, or its folder is closed to this account. */
function socketGroup(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.gid ?? 0;
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR')) return 0;
    throw error;
  }
}

/** The group that may use a socket: root's own socket is to be given to the group `docker`. */
function groupOf(url: string): string {
  const group = socketGroup(url.replace(/^unix:\/\//, ''));
  const line = textOf('/etc/group')
    .split('\n')
    .find((one) => Number(one.split(':')[2]) === group);
  return group === 0 ? 'docker' : (line?.split(':')[0] ?? 'docker');
}

/** What lets this account use Docker's socket. */
export const groupCommand = (url: string) => `sudo usermod -aG ${groupOf(url)} $USER`;

/** What starts the Docker at an address, or starts it anew; null if no command of this system does. */
export function systemCommand(url: string, verb: 'start' | 'restart'): string | null {
  if (process.platform === 'darwin') return verb === 'start' ? 'open -a Docker' : null;
  if (process.platform !== 'linux' || !url.startsWith('unix://')) return null;
  if (url.includes('/.docker/desktop/')) return `systemctl --user ${verb} docker-desktop`;
  return /\/run\/user\//.test(url) ? `systemctl --user ${verb} docker` : `sudo systemctl ${verb} docker`;
}

/** An account may have no name, as in a container. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (hasCode(error, 'ERR_SYSTEM_ERROR')) return `${process.getuid?.()}`;
    throw error;
  }
}

type Unusable = 'DOCKER_NOT_RUNNING' | 'DOCKER_PERMISSION' | 'DOCKER_UNREACHABLE' | 'DOCKER_SILENT';

/** What a failed connection says of Docker; null if it says nothing. */
export function codeOf(error: unknown): Unusable | null {
  if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) return 'DOCKER_NOT_RUNNING';
  if (hasCode(error, 'EACCES', 'EPERM')) return 'DOCKER_PERMISSION';
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'))
    return 'DOCKER_UNREACHABLE';
  return hasCode(error, 'ECONNRESET', 'EPIPE') ? 'DOCKER_SILENT' : null;
}

/** That Docker at an address cannot be used, with the command that fixes it on this machine. */
export function dockerFaultOf(code: Unusable, url: string, cause: unknown): TrainyardError {
  switch (code) {
    case 'DOCKER_NOT_RUNNING': {
      const how = systemCommand(url, 'start') ?? {
        en: 'open Docker Desktop, or correct DOCKER_HOST.',
        ko: 'Docker Desktop을 열거나 DOCKER_HOST를 고치세요.',
      };
      return fault(code, { url, how }, { cause });
    }
    case 'DOCKER_PERMISSION':
      return fault(code, { url, account: accountName(), command: groupCommand(url) }, { cause });
    default:
      return fault(code, { url }, { cause });
  }
}

/** Why the daemon could not be asked, or what it refused with. */
export function dockerFault(error: unknown, url: string): unknown {
  if (error instanceof TrainyardError || error instanceof DaemonRefusal) return error;
  const code = codeOf(error);
  if (code) return dockerFaultOf(code, url, error);
  const status = statusOf(error);
  return status === null ? error : new DaemonRefusal(status, wordsOf(error), error);
}

/** The HTTP status of what the client threw; null if it is no answer of the daemon. */
export function statusOf(error: unknown): number | null {
  if (error instanceof DaemonRefusal) return error.status;
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

/** Whether a container was removed, or is about to be. */
export const isGone = (error: unknown) => [404, 409].includes(statusOf(error) ?? 0);

/** What the daemon said, without what the client puts around it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason =
    'json' in error && typeof error.json === 'object' && error.json !== null && 'message' in error.json
      ? error.json.message
      : undefined;
  return typeof reason === 'string' ? reason : error.message;
}
