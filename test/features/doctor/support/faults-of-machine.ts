import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Fault, withoutMounts } from './faulty-machine.ts';

/** Faults of the machine, of the state folder and of the network. */
export const faultsOfMachine: readonly Fault[] = [
  {
    code: 'DISK_FULL',
    what: 'a state folder on a small disk',
    impossible: withoutMounts,
    provoke: (machine) =>
      machine.examine({ mounts: `mount -t tmpfs -o size=32M,mode=700 none ${machine.home}` }),
  },
  {
    code: 'DISK_LOW',
    what: 'a state folder on a disk with little room',
    impossible: withoutMounts,
    provoke: (machine) =>
      machine.examine({ mounts: `mount -t tmpfs -o size=3G,mode=700 none ${machine.home}` }),
  },
  {
    code: 'HOME_UNUSABLE',
    what: 'a state folder on a disk that is mounted for reading only',
    impossible: withoutMounts,
    provoke: (machine) => machine.examine({ mounts: `mount -t tmpfs -o ro,mode=700 none ${machine.home}` }),
  },
  {
    code: 'STATE_FILE_DAMAGED',
    what: 'an engine.json that was cut off',
    impossible: null,
    provoke: async (machine) => {
      await writeFile(path.join(machine.home, 'engine.json'), '{"url": "http://127');
      return machine.examine({});
    },
  },
  {
    code: 'STATE_FILE_IRREGULAR',
    what: 'a link in place of postgres.json',
    impossible: null,
    provoke: async (machine) => {
      await symlink('/etc/hostname', path.join(machine.home, 'postgres.json'));
      return machine.examine({});
    },
  },
  {
    code: 'DATABASE_MISSING',
    what: 'a data folder that was moved away',
    impossible: null,
    provoke: async (machine) => {
      const note = { version: 1, folder: 'postgres', madeAt: '2026-01-01T00:00:00Z' };
      await writeFile(path.join(machine.home, 'database.json'), JSON.stringify(note), { mode: 0o600 });
      return machine.examine({});
    },
  },
  {
    code: 'SHM_FULL',
    what: 'no space in /dev/shm',
    impossible: withoutMounts,
    provoke: (machine) =>
      machine.examine({
        mounts: 'mount -t tmpfs -o size=32M none /dev/shm\nhead -c 31M /dev/zero > /dev/shm/left',
      }),
  },
  {
    code: 'SHM_SMALL',
    what: 'a small /dev/shm',
    impossible: withoutMounts,
    provoke: (machine) => machine.examine({ mounts: 'mount -t tmpfs -o size=64M none /dev/shm' }),
  },
  {
    code: 'SHM_UNUSABLE',
    what: 'a /dev/shm that cannot be written',
    impossible: withoutMounts,
    provoke: (machine) => machine.examine({ mounts: 'mount -t tmpfs -o ro none /dev/shm' }),
  },
  {
    code: 'DNS_DEAD',
    what: 'a name server that is not there',
    impossible: withoutMounts,
    provoke: async (machine) => {
      const servers = await machine.file(
        'resolv.conf',
        'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n',
      );
      return machine.examine({ mounts: `mount --bind ${servers} /etc/resolv.conf` });
    },
  },
];
