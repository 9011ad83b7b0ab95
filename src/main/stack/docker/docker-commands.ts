import { existsSync, readFileSync, statSync } from 'node:fs';
import { hasCode } from '../../platform/error-code.ts';

/** A file's text; empty where there is none. */
export function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The number of a socket's group; 0 where the socket is not there, or its folder is closed to this account. */
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

/** What starts the Docker at an address, or starts it anew; null where no command of this system does. */
export function systemCommand(url: string, verb: 'start' | 'restart'): string | null {
  if (process.platform === 'darwin') return verb === 'start' ? 'open -a Docker' : null;
  if (process.platform !== 'linux' || !url.startsWith('unix://')) return null;
  if (url.includes('/.docker/desktop/')) return `systemctl --user ${verb} docker-desktop`;
  return /\/run\/user\//.test(url) ? `systemctl --user ${verb} docker` : `sudo systemctl ${verb} docker`;
}
