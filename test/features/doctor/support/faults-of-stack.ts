import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { waitFor } from '../../../support/engine.ts';
import { docker } from '../../../support/servers.ts';
import type { Fault, Machine } from './faulty-machine.ts';

async function squatter(machine: Machine): Promise<number> {
  const server = createServer();
  await machine.serve(server, 0);
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A container of somebody else's with a published port. */
async function foreignContainer(machine: Machine): Promise<number> {
  const name = `trainyard-test-foreign-${randomBytes(4).toString('hex')}`;
  await docker([
    'run',
    '-d',
    '--name',
    name,
    '--label',
    'io.trainyard.test=1',
    '-p',
    '127.0.0.1::6379',
    'redis:8',
  ]);
  machine.afterwards(() => docker(['rm', '-f', '-v', name]));
  return Number((await docker(['port', name, '6379'])).split('\n')[0]?.split(':').at(-1));
}

/** The volume of a stack whose PostgreSQL was of another version. */
async function oldVolume(machine: Machine, stack: string): Promise<void> {
  const name = `trainyard-test-volume-${randomBytes(4).toString('hex')}`;
  const labels = ['--label', `io.trainyard.stack=${stack}`, '--label', 'io.trainyard.service=postgres'];
  await docker(['volume', 'create', ...labels, name]);
  // What the doctor looked into it with goes by itself, a moment later.
  const remove = () =>
    docker(['volume', 'rm', '-f', name]).then(
      () => true,
      () => false,
    );
  machine.afterwards(() => waitFor(`${name} to be removed`, remove));
  const write =
    'echo 16 > /volume/PG_VERSION && chmod 600 /volume/PG_VERSION && chown -R 999 /volume && chmod 700 /volume';
  await docker(['run', '--rm', '--entrypoint', 'sh', '-v', `${name}:/volume`, 'redis:8', '-c', write]);
}

/** @param withoutContainers why no containers can be run; null where they can */
export function faultsOfStack(withoutContainers: string | null): Fault[] {
  return [
    {
      code: 'STACK_STATE_DAMAGED',
      what: 'a stack.json that was cut off',
      impossible: null,
      provoke: async (machine) => {
        await machine.stack({});
        await writeFile(path.join(machine.home, 'stack', 'stack.json'), '{"id": "0');
        return machine.examine({});
      },
    },
    {
      code: 'PORT_TAKEN',
      what: 'a program that listens on a port of the stack',
      impossible: null,
      provoke: async (machine) => {
        await machine.stack({ postgres: await squatter(machine) });
        return machine.examine({});
      },
    },
    {
      code: 'PORT_TAKEN',
      what: 'a container of somebody else’s that publishes a port of the stack',
      impossible: withoutContainers,
      provoke: async (machine) => {
        await machine.stack({ redis: await foreignContainer(machine) });
        return machine.examine({});
      },
    },
    {
      code: 'VOLUME_VERSION',
      what: 'a volume that PostgreSQL 16 wrote',
      impossible: withoutContainers,
      provoke: async (machine) => {
        const { id } = await machine.stack({});
        await oldVolume(machine, id);
        return machine.examine({});
      },
    },
    {
      code: 'IMAGE_MISSING',
      what: 'an image that is not here, at a registry that cannot be reached',
      impossible: withoutContainers,
      provoke: (machine) =>
        machine.examine({ parts: { images: ['redis:8', 'registry.invalid/trainyard-test/none:1'] } }),
    },
    {
      code: 'CONTAINERS_BROKEN',
      what: 'an image in which nothing can be run',
      impossible: withoutContainers,
      provoke: async (machine) => {
        await machine.file('image/Dockerfile', 'FROM scratch\nCOPY Dockerfile /\n');
        const name = `trainyard-test-empty:${path.basename(machine.folder).toLowerCase()}`;
        await docker(['build', '--quiet', '--tag', name, path.join(machine.folder, 'image')]);
        machine.afterwards(() => docker(['rmi', '--force', name]));
        return machine.examine({ parts: { images: [name] } });
      },
    },
  ];
}
