import { userInfo } from 'node:os';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { DaemonRefusal } from '../daemon.ts';

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

/** Why the daemon could not be asked, or what it refused with. */
export function dockerFault(error: unknown, url: string): unknown {
  if (error instanceof TrainyardError || error instanceof DaemonRefusal) return error;
  const fault = (code: string, message: string, hint: string) =>
    new TrainyardError(code, message, hint, { status: 503, cause: error });
  if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) {
    const start =
      process.platform === 'linux' ? 'Start it: sudo systemctl start docker' : 'Start Docker Desktop.';
    return fault('DOCKER_NOT_RUNNING', `Docker Engine does not run: nothing answers at ${url}`, start);
  }
  if (hasCode(error, 'EACCES', 'EPERM')) {
    const user = accountName();
    return fault(
      'DOCKER_PERMISSION',
      `The account ${user} may not use Docker's socket ${url}`,
      `Add it to the socket's group and log in again: sudo usermod -aG docker ${user}`,
    );
  }
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT')) {
    return fault(
      'DOCKER_UNREACHABLE',
      `The machine with Docker cannot be reached at ${url}`,
      'Check DOCKER_HOST and the network, or use the Docker of this machine: unset DOCKER_HOST',
    );
  }
  if (hasCode(error, 'ECONNRESET', 'EPIPE')) {
    return fault(
      'DOCKER_SILENT',
      `Docker Engine at ${url} broke the connection`,
      'See whether it is being restarted, then try again: docker info',
    );
  }
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
