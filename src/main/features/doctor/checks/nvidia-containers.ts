import { wordsOf } from '../../../platform/deadline.ts';
import type { Check, Observation } from '../ports.ts';
import type { DockerEngine } from './docker-engine.ts';
import { cardsOf, type NvidiaState } from './nvidia.ts';
import { runThrowaway } from './throwaway.ts';

/** The toolkit brings nvidia-smi into the container; a program of glibc does not run in an image of musl, whatever the toolkit did. */
const script = `
ls /lib/ld-musl-* > /dev/null 2>&1 && echo "libc musl"
command -v nvidia-smi > /dev/null || echo "program none"
nvidia-smi -L
echo "code $?"
`;

function judge(output: string, cards: readonly { readonly uuid: string }[], image: string): Observation {
  const seen = cardsOf(output).map(({ uuid }) => uuid);
  const words = output.replace(/\s+/g, ' ').trim().slice(0, 300);
  if (seen.length === 0) {
    if (/^libc musl$/m.test(output)) return { code: 'NVIDIA_TOOLKIT_UNTESTED', evidence: `${image}: musl` };
    return { code: 'NVIDIA_TOOLKIT_BROKEN', evidence: `${image}: ${words}` };
  }
  const missing = cards.filter(({ uuid }) => !seen.includes(uuid)).map(({ uuid }) => uuid);
  const strange = seen.filter((uuid) => !cards.some((card) => card.uuid === uuid));
  if (missing.length === 0 && strange.length === 0)
    return { code: 'NVIDIA_TOOLKIT_OK', evidence: `${image}: ${seen.join(', ')}` };
  const told = [...missing.map((uuid) => `-${uuid}`), ...strange.map((uuid) => `+${uuid}`)];
  return { code: 'NVIDIA_TOOLKIT_OTHER_CARDS', evidence: `${image}: ${told.join(', ')}` };
}

/** What Docker says where no runtime of NVIDIA's is there for it; anything else is one that fails. */
const unknownRuntime = /could not select device driver|unknown or invalid runtime|no known GPU vendor/i;

/**
 * Runs nvidia-smi in a container and reads what it lists: that Docker takes the request proves nothing.
 * @param driver whom Docker is to ask for the devices
 */
export function nvidiaContainersCheck(
  engine: () => Promise<DockerEngine | null>,
  state: () => Promise<NvidiaState>,
  image: () => Promise<string | null>,
  optional: boolean,
  driver = 'nvidia',
): Check {
  return {
    name: 'nvidia in containers',
    group: 'nvidia',
    optional,
    run: async () => {
      const [docker, { cards }] = await Promise.all([engine(), state()]);
      if (!docker || cards.length === 0) return [];
      const imageHere = await image();
      if (!imageHere) return [{ code: 'NVIDIA_TOOLKIT_UNTESTED', evidence: docker.address.url }];
      try {
        const output = await runThrowaway(docker, {
          image: imageHere,
          script,
          environment: ['NVIDIA_DRIVER_CAPABILITIES=utility', 'LC_ALL=C'],
          deviceRequests: [{ Driver: driver, Count: -1, Capabilities: [['gpu']] }],
          // The toolkit brings its libraries into the container's own file system.
          writable: true,
        });
        return [judge(output, cards, imageHere)];
      } catch (error) {
        const words = wordsOf(error);
        const code = unknownRuntime.test(words) ? 'NVIDIA_TOOLKIT_MISSING' : 'NVIDIA_TOOLKIT_BROKEN';
        return [{ code, evidence: `${imageHere}: ${words}` }];
      }
    },
  };
}
