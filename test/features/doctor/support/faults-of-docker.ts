import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { type Fault, type Machine, withoutMounts, withoutOtherAccount } from './faulty-machine.ts';

const engine = { Version: '28.0.0', ApiVersion: '1.48' };
const info = () => ({ OSType: 'linux', OperatingSystem: 'Fake', SystemTime: new Date().toISOString() });
const later = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

/** For the doctor alone there is no socket at any usual place. */
const noSockets = 'mount -t tmpfs none /run';

function programsOnly(machine: Machine, ...names: string[]): Promise<{ PATH: string }> {
  return machine.program('none', 'exit 1').then(({ PATH }) => {
    const folder = PATH.split(':')[0] ?? '';
    for (const name of names) execFileSync('ln', ['-s', `/usr/bin/${name}`, path.join(folder, name)]);
    return { PATH: folder };
  });
}

const noPlugins = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
].map((folder) => `if [ -d ${folder} ]; then mount -t tmpfs none ${folder}; fi`);

/** @param withoutDocker why no docker program or Engine can be used; null where both can */
export function faultsOfDocker(withoutDocker: string | null): Fault[] {
  return [
    {
      code: 'DOCKER_NOT_RUNNING',
      what: 'a stopped daemon: its socket is gone',
      impossible: null,
      provoke: (machine) =>
        machine.examine({ environment: { DOCKER_HOST: `unix://${machine.folder}/gone.sock` } }),
    },
    {
      code: 'DOCKER_PERMISSION',
      what: 'a socket that this account may not use',
      impossible: withoutOtherAccount,
      provoke: async (machine) => {
        const environment = await machine.daemon({ '/version': engine, '/info': info() });
        await chmod(environment.DOCKER_HOST.replace('unix://', ''), 0o660);
        return machine.examine({ environment, otherAccount: true });
      },
    },
    {
      code: 'DOCKER_SILENT',
      what: 'a daemon that takes connections and never answers',
      impossible: null,
      provoke: async (machine) =>
        machine.examine({ environment: await machine.daemon({ '/version': null }) }),
    },
    {
      code: 'DOCKER_NOT_A_SOCKET',
      what: 'a FIFO where the socket should be',
      impossible: process.platform === 'win32' ? 'there are no FIFOs' : null,
      provoke: async (machine) => {
        const fifo = path.join(machine.folder, 'fifo');
        execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', fifo]);
        return machine.examine({ environment: { DOCKER_HOST: `unix://${fifo}` } });
      },
    },
    {
      code: 'DOCKER_UNREACHABLE',
      what: 'a daemon on a machine that is not there',
      impossible: null,
      provoke: (machine) => machine.examine({ environment: { DOCKER_HOST: 'tcp://192.0.2.77:2375' } }),
    },
    {
      code: 'DOCKER_ADDRESS_INVALID',
      what: 'an address of a kind that cannot be used',
      impossible: null,
      provoke: (machine) => machine.examine({ environment: { DOCKER_HOST: 'ssh://workstation' } }),
    },
    {
      code: 'DOCKER_STRANGE',
      what: 'a web server where Docker should be',
      impossible: null,
      provoke: async (machine) => {
        const server = createServer((_request, response) => response.writeHead(404).end('not here'));
        await machine.serve(server, 0);
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        return machine.examine({ environment: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
      },
    },
    {
      code: 'DOCKER_TOO_OLD',
      what: 'a daemon of another age (a fake one)',
      impossible: null,
      provoke: async (machine) => {
        const old = { Version: '19.03.15', ApiVersion: '1.40' };
        return machine.examine({ environment: await machine.daemon({ '/version': old }) });
      },
    },
    {
      code: 'DOCKER_NOT_LINUX',
      what: 'a daemon of Windows containers (a fake one)',
      impossible: null,
      provoke: async (machine) => {
        const answers = { '/version': engine, '/info': { ...info(), OSType: 'windows' } };
        return machine.examine({ environment: await machine.daemon(answers) });
      },
    },
    {
      code: 'DOCKER_NOT_INSTALLED',
      what: 'no socket at any usual place, and no program',
      impossible: withoutMounts,
      provoke: async (machine) =>
        machine.examine({
          environment: { ...(await programsOnly(machine)), HOME: machine.folder, XDG_RUNTIME_DIR: undefined },
          mounts: noSockets,
        }),
    },
    {
      code: 'DOCKER_WSL_NOT_INTEGRATED',
      what: 'a Linux under Windows that no Docker reaches (its kernel’s name is a fake)',
      impossible: withoutMounts,
      provoke: async (machine) => {
        const kernel = await machine.file('version', 'Linux version 5.15.153.1-microsoft-standard-WSL2\n');
        return machine.examine({
          environment: { HOME: machine.folder, XDG_RUNTIME_DIR: undefined },
          mounts: `${noSockets}\nmount --bind ${kernel} /proc/version`,
        });
      },
    },
    {
      code: 'DOCKER_PROGRAM_MISSING',
      what: 'no docker program on the PATH',
      impossible: null,
      provoke: async (machine) => machine.examine({ environment: await programsOnly(machine) }),
    },
    {
      code: 'COMPOSE_MISSING',
      what: 'a docker program without its Compose plugin',
      impossible: withoutDocker ?? withoutMounts,
      provoke: (machine) =>
        machine.examine({
          environment: { HOME: machine.folder, DOCKER_CONFIG: undefined },
          mounts: noPlugins.join('\n'),
        }),
    },
    {
      code: 'COMPOSE_BROKEN',
      what: 'a Compose plugin that does not run',
      impossible: withoutDocker,
      provoke: async (machine) => {
        const plugin = await machine.file('docker/cli-plugins/docker-compose', '#!/bin/sh\nexit 3\n', 0o755);
        const folder = path.dirname(path.dirname(plugin));
        return machine.examine({ environment: { DOCKER_CONFIG: folder } });
      },
    },
    {
      code: 'COMPOSE_TOO_OLD',
      what: 'a Compose of another age (a fake one)',
      impossible: null,
      provoke: async (machine) => {
        const old = await machine.program('docker', 'echo "Docker Compose version v2.2.3"');
        return machine.examine({ environment: old });
      },
    },
    {
      code: 'CONTAINER_CLOCK_WRONG',
      what: 'a daemon whose clock is an hour off (a fake one)',
      impossible: null,
      provoke: async (machine) => {
        const answers = { '/version': engine, '/info': { ...info(), SystemTime: later(3_600_000) } };
        return machine.examine({ environment: await machine.daemon(answers) });
      },
    },
    {
      code: 'CONTAINER_CLOCK_SKEWED',
      what: 'a daemon whose clock is some seconds off (a fake one)',
      impossible: null,
      provoke: async (machine) => {
        const answers = { '/version': engine, '/info': { ...info(), SystemTime: later(-20_000) } };
        return machine.examine({ environment: await machine.daemon(answers) });
      },
    },
    {
      code: 'DISK_FULL',
      what: 'Docker’s folder on a small disk that is full (the daemon that says so is a fake)',
      impossible: withoutMounts,
      provoke: async (machine) => {
        const volumes = path.dirname(await machine.file('volumes/none', ''));
        const answers = { '/version': engine, '/info': { ...info(), DockerRootDir: volumes } };
        return machine.examine({
          environment: await machine.daemon(answers),
          mounts: `mount -t tmpfs -o size=64M none ${volumes}`,
        });
      },
    },
    {
      code: 'STACK_MEMORY_SHORT',
      what: 'a virtual machine too small for the stack (the daemon that says so is a fake)',
      impossible: null,
      provoke: async (machine) => {
        const answers = { '/version': engine, '/info': { ...info(), MemTotal: 1024 ** 3 } };
        return machine.examine({ environment: await machine.daemon(answers) });
      },
    },
  ];
}
