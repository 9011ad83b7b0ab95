import { userInfo } from 'node:os';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { DaemonRefusal } from '../docker-objects.ts';
import { groupCommand, systemCommand } from './docker-commands.ts';

/** An account may have no name, as in a container. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR')
      return `${process.getuid?.()}`;
    throw error;
  }
}

type Unusable = 'DOCKER_NOT_RUNNING' | 'DOCKER_PERMISSION' | 'DOCKER_UNREACHABLE' | 'DOCKER_SILENT';

/** What a failed connection says of Docker; null where it says nothing. */
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

/** The HTTP status of what the client threw; null where it is no answer of the daemon. */
export function statusOf(error: unknown): number | null {
  if (error instanceof DaemonRefusal) return error.status;
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

/** What the daemon said, without what the client puts around it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said =
    'json' in error && typeof error.json === 'object' && error.json !== null && 'message' in error.json
      ? error.json.message
      : undefined;
  return typeof said === 'string' ? said : error.message;
}
