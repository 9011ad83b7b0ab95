import path from 'node:path';
import { docker } from '../../../support/servers.ts';
import type { Fault, Machine } from './faulty-machine.ts';

const uuid = 'GPU-1ab00000-4090-4090-4090-000000000000';
const other = 'GPU-2ab00000-4090-4090-4090-000000000000';
const listing = (id: string) => `echo "GPU 0: NVIDIA GeForce RTX 4090 (UUID: ${id})"`;
const noDriver =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.";

/** What `nvidia-smi` says and how it ends, by a program of that name. */
const says = (words: string, exitCode: number) => async (machine: Machine) =>
  machine.examine({
    environment: await machine.program('nvidia-smi', `cat <<'END'\n${words}\nEND\nexit ${exitCode}`),
  });

/** An image whose own nvidia-smi lists this card, as one would be listed that the toolkit brings in. */
async function imageWithCard(machine: Machine, id: string): Promise<string> {
  const folder = path.dirname(await machine.file('image/nvidia-smi', `#!/bin/sh\n${listing(id)}\n`, 0o755));
  await machine.file('image/Dockerfile', 'FROM redis:8\nCOPY nvidia-smi /usr/bin/nvidia-smi\n');
  const name = `trainyard-test-nvidia:${path.basename(machine.folder).toLowerCase()}`;
  await docker(['build', '--quiet', '--tag', name, folder]);
  machine.afterwards(() => docker(['rmi', '--force', name]));
  return name;
}

/** @param withoutContainers why no container with a device request can be run; null where it can */
export function faultsOfNvidia(withoutContainers: string | null): Fault[] {
  return [
    {
      code: 'NVIDIA_DRIVER_MISSING',
      what: 'a card on the bus (a fake one) and no nvidia-smi',
      impossible: null,
      provoke: async (machine) => {
        await machine.file('bus/0000:01:00.0/vendor', '0x10de\n');
        await machine.file('bus/0000:01:00.0/class', '0x030000\n');
        const { PATH } = await machine.program('none', 'exit 1');
        const parts = { busFolder: path.join(machine.folder, 'bus') };
        return machine.examine({ environment: { PATH: PATH.split(':')[0] }, parts });
      },
    },
    {
      code: 'NVIDIA_DRIVER_FAILED',
      what: 'a driver that nvidia-smi cannot talk to (its words, from a fake)',
      impossible: null,
      provoke: says(noDriver, 9),
    },
    {
      code: 'NVIDIA_DRIVER_MISMATCH',
      what: 'a driver that was updated under its module (its words, from a fake)',
      impossible: null,
      provoke: says(
        'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95',
        18,
      ),
    },
    {
      code: 'NVIDIA_NO_DEVICES',
      what: 'a driver without a card (its words, from a fake)',
      impossible: null,
      provoke: says('No devices were found', 6),
    },
    {
      code: 'NVIDIA_SMI_BROKEN',
      what: 'an nvidia-smi that lacks a library (its words, from a fake)',
      impossible: null,
      provoke: says('nvidia-smi: error while loading shared libraries: libnvidia-ml.so.1', 127),
    },
    {
      code: 'NVIDIA_DRIVER_HANGS',
      what: 'an nvidia-smi that does not end (a fake)',
      impossible: null,
      provoke: async (machine) =>
        machine.examine({ environment: await machine.program('nvidia-smi', 'exec sleep 60') }),
    },
    {
      code: 'NVIDIA_TOOLKIT_MISSING',
      what: 'a Docker that knows nobody who brings cards into containers',
      impossible: withoutContainers,
      provoke: async (machine) =>
        machine.examine({
          environment: await machine.program('nvidia-smi', listing(uuid)),
          parts: { deviceDriver: 'nobody' },
        }),
    },
    {
      code: 'NVIDIA_TOOLKIT_BROKEN',
      what: 'a Docker that takes the request for cards and brings none in',
      impossible: withoutContainers,
      provoke: async (machine) =>
        machine.examine({ environment: await machine.program('nvidia-smi', listing(uuid)) }),
    },
    {
      code: 'NVIDIA_TOOLKIT_OTHER_CARDS',
      what: 'a container that sees a card that is not here (an image with a fake nvidia-smi)',
      impossible: withoutContainers,
      provoke: async (machine) =>
        machine.examine({
          environment: await machine.program('nvidia-smi', listing(uuid)),
          parts: { images: [await imageWithCard(machine, other)] },
        }),
    },
    {
      code: 'NVIDIA_TOOLKIT_UNTESTED',
      what: 'cards, and no image to try a container with',
      impossible: withoutContainers,
      provoke: async (machine) =>
        machine.examine({
          environment: await machine.program('nvidia-smi', listing(uuid)),
          parts: { images: ['trainyard-test/none:1'] },
        }),
    },
    {
      code: 'NVIDIA_TOOLKIT_OK',
      what: 'no fault: a container that lists the very cards of this machine (both are fakes)',
      impossible: withoutContainers,
      provoke: async (machine) =>
        machine.examine({
          environment: await machine.program('nvidia-smi', listing(uuid)),
          parts: { images: [await imageWithCard(machine, uuid)] },
        }),
    },
  ];
}
