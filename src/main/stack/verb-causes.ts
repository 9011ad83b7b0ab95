import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import { hasCode } from '../platform/error-code.ts';
import { diskFull } from './causes.ts';
import { DaemonRefusal } from './daemon.ts';
import { ComposeFailure } from './machine.ts';

/** What a person is told where a verb fails with something else than a cause: of the daemon, Compose, or the state folder. */
export function causeOf(error: unknown, home: string): unknown {
  if (error instanceof TrainyardError) return error;
  const said = errorMessage(error);
  const make = (code: string, message: string, hint: string, status = 500) =>
    new TrainyardError(code, message, hint, {
      status,
      cause: error,
      details: { lines: said.split('\n').slice(-20) },
    });
  if (error instanceof DaemonRefusal || error instanceof ComposeFailure) {
    if (/no space left on device/i.test(said)) return diskFull(null, said);
    if (/available.*address pool|predefined address pools have been fully subnetted/i.test(said)) {
      return make(
        'DOCKER_NETWORKS_USED_UP',
        'Docker has no address range left for the stack’s network',
        'Remove networks that nothing uses: docker network prune',
        503,
      );
    }
    const who = error instanceof DaemonRefusal ? 'Docker' : 'docker compose';
    const last = said.trim().split('\n').at(-1) ?? '';
    return make(
      error instanceof DaemonRefusal ? 'DOCKER_REFUSED' : 'COMPOSE_FAILED',
      `${who} refused: ${last.slice(0, 500)}`,
      'Fix what it says, or see what else is wrong: trainyard doctor',
    );
  }
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return make(
      'DISK_FULL',
      `There is no space left for ${home}`,
      `Make room on its disk: df -h ${home}`,
      507,
    );
  }
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) {
    return make(
      'HOME_UNUSABLE',
      `The stack's files in ${home} cannot be written (${said})`,
      `Make the folder yours: sudo chown -R "$USER" ${home}`,
    );
  }
  if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)) {
    return make(
      'STACK_CANCELLED',
      'The start was broken off',
      'Go on where it stopped: trainyard stack up',
      409,
    );
  }
  return error;
}
