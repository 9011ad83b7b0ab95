import { existsSync, readFileSync, statSync } from 'node:fs';
import type { DockerAddress } from '../../../stack/docker/docker-address.ts';
import type { FindingCode } from '../findings.ts';
import type { Observation } from '../ports.ts';

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Whether this is a Linux under Windows. */
export function isWsl(): boolean {
  return process.platform === 'linux' && /microsoft/i.test(textOf('/proc/version'));
}

/** The group that may use the socket: root's own socket is to be given to the group `docker`. */
function groupOf(address: DockerAddress): string {
  const socket = address.url.replace(/^unix:\/\//, '');
  const group = statSync(socket, { throwIfNoEntry: false })?.gid ?? 0;
  const line = textOf('/etc/group')
    .split('\n')
    .find((one) => Number(one.split(':')[2]) === group);
  return group === 0 ? 'docker' : (line?.split(':')[0] ?? 'docker');
}

function startCommand(address: DockerAddress, verb: 'start' | 'restart'): string | null {
  if (process.platform === 'darwin') return verb === 'start' ? 'open -a Docker' : null;
  if (process.platform !== 'linux' || !address.url.startsWith('unix://')) return null;
  if (address.url.includes('/.docker/desktop/')) return `systemctl --user ${verb} docker-desktop`;
  return /\/run\/user\//.test(address.url)
    ? `systemctl --user ${verb} docker`
    : `sudo systemctl ${verb} docker`;
}

/** What installs something on this distribution; null on one that is not named: the ways are too different for one line. */
export function installCommand(commands: Readonly<{ ubuntu: string; debian: string }>): string | null {
  const system = /^ID="?(\w+)/m.exec(textOf('/etc/os-release'))?.[1];
  return system === 'ubuntu' || system === 'debian' ? commands[system] : null;
}

const installDocker = {
  ubuntu: 'sudo apt-get install -y docker.io docker-compose-v2',
  debian: 'sudo apt-get install -y docker.io',
};

/** The command line that fixes what was seen of Docker on this machine, where there is one. */
export function dockerFix(code: FindingCode, address: DockerAddress): Pick<Observation, 'command'> {
  switch (code) {
    case 'DOCKER_PERMISSION':
      return process.platform === 'linux' ? { command: `sudo usermod -aG ${groupOf(address)} $USER` } : {};
    case 'DOCKER_NOT_RUNNING':
      return { command: startCommand(address, 'start') };
    case 'DOCKER_SILENT':
      return { command: startCommand(address, 'restart') };
    case 'DOCKER_NOT_INSTALLED':
      return { command: installCommand(installDocker) };
    default:
      return {};
  }
}
