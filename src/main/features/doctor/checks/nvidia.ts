import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { ProgramAnswer } from '../../../platform/run-program.ts';
import { cardsOf, type NvidiaCard, runNvidiaSmi } from '../../gpus/nvidia-smi.ts';
import type { Observation } from '../findings.ts';
import type { DockerEngine } from './docker.ts';
import { installCommand } from './programs.ts';
import { runThrowaway } from './throwaway.ts';

const timeoutMs = 3_500;

const vendor = '0x10de';
/** Display controllers (class 03) of PCI. */
const display = /^0x03/;

async function readAttribute(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENODEV')) return '';
    throw error;
  }
}

/** Addresses of NVIDIA's display controllers on this machine's bus, driver or not. */
async function cardsOnBus(folder: string): Promise<string[]> {
  let addresses: string[];
  try {
    addresses = await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  }
  const seen = await Promise.all(
    addresses.map(async (address) => {
      const [maker, kind] = await Promise.all([
        readAttribute(path.join(folder, address, 'vendor')),
        readAttribute(path.join(folder, address, 'class')),
      ]);
      return maker === vendor && display.test(kind) ? [address] : [];
    }),
  );
  return seen.flat();
}

const installDriver = {
  ubuntu: 'sudo ubuntu-drivers install',
  debian: 'sudo apt-get install -y nvidia-driver',
};

async function withoutProgram(folder: string): Promise<Observation> {
  const cards = await cardsOnBus(folder);
  if (cards.length === 0) return { code: 'NVIDIA_NONE', evidence: '' };
  return {
    code: 'NVIDIA_DRIVER_MISSING',
    evidence: cards.join(', '),
    command: installCommand(installDriver),
  };
}

/** What NVIDIA's program says where it does not list cards. */
function judge(answer: Exclude<ProgramAnswer, { outcome: 'absent' }>): Observation {
  if (answer.outcome === 'hangs')
    return { code: 'NVIDIA_DRIVER_HANGS', evidence: `nvidia-smi: > ${timeoutMs} ms` };
  const evidence = `${answer.output.replace(/\s+/g, ' ').slice(0, 300)} (${answer.exitCode})`;
  if (/version mismatch/i.test(answer.output)) return { code: 'NVIDIA_DRIVER_MISMATCH', evidence };
  if (/no devices were found/i.test(answer.output)) return { code: 'NVIDIA_NO_DEVICES', evidence };
  if (/couldn't communicate with the NVIDIA driver|driver.* not loaded/i.test(answer.output))
    return { code: 'NVIDIA_DRIVER_FAILED', evidence };
  return { code: 'NVIDIA_SMI_BROKEN', evidence };
}

/** What there is to say of the driver, and the cards where it lists them. */
export async function askNvidia(
  environment: NodeJS.ProcessEnv,
  busFolder = '/sys/bus/pci/devices',
): Promise<{ observation: Observation; cards: readonly NvidiaCard[] }> {
  const options = { environment, timeoutMs };
  const [listed, table] = await Promise.all([runNvidiaSmi(['-L'], options), runNvidiaSmi([], options)]);
  if (listed.outcome === 'absent') return { observation: await withoutProgram(busFolder), cards: [] };
  const cards = listed.outcome === 'ended' && listed.exitCode === 0 ? cardsOf(listed.output) : [];
  if (cards.length === 0) return { observation: judge(listed), cards };
  const output = table.outcome === 'ended' ? table.output : '';
  const driver = /Driver Version\s*:\s*([\d.]+)/i.exec(output)?.[1] ?? '?';
  const cuda = /CUDA (?:UMD )?Version\s*:\s*([\d.]+)/i.exec(output)?.[1] ?? '?';
  const names = cards.map(({ name, uuid }) => `${name} ${uuid}`).join(', ');
  return {
    observation: { code: 'NVIDIA_OK', evidence: `driver ${driver}, CUDA ${cuda}: ${names}` },
    cards,
  };
}

/** The toolkit brings nvidia-smi into the container; a program of glibc does not run in an image of musl, whatever the toolkit did. */
const script = `
ls /lib/ld-musl-* > /dev/null 2>&1 && echo "libc musl"
command -v nvidia-smi > /dev/null || echo "program none"
nvidia-smi -L
echo "code $?"
`;

function judgeContainer(output: string, cards: readonly NvidiaCard[], image: string): Observation {
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
  const differences = [...missing.map((uuid) => `-${uuid}`), ...strange.map((uuid) => `+${uuid}`)];
  return { code: 'NVIDIA_TOOLKIT_OTHER_CARDS', evidence: `${image}: ${differences.join(', ')}` };
}

/** What Docker says where no runtime of NVIDIA's is there for it; anything else is one that fails. */
const unknownRuntime = /could not select device driver|unknown or invalid runtime|no known GPU vendor/i;

/**
 * Runs nvidia-smi in a container and reads what it lists: that Docker takes the request proves nothing.
 * @param driver whom Docker is to ask for the devices
 */
export async function checkNvidiaInContainers(
  engine: DockerEngine,
  cards: readonly NvidiaCard[],
  image: () => Promise<string | null>,
  driver = 'nvidia',
): Promise<Observation[]> {
  if (cards.length === 0) return [];
  const imageHere = await image();
  if (!imageHere) return [{ code: 'NVIDIA_TOOLKIT_UNTESTED', evidence: engine.address.url }];
  try {
    const output = await runThrowaway(engine, {
      image: imageHere,
      script,
      environment: ['NVIDIA_DRIVER_CAPABILITIES=utility', 'LC_ALL=C'],
      deviceRequests: [{ Driver: driver, Count: -1, Capabilities: [['gpu']] }],
      // The toolkit brings its libraries into the container's own file system.
      writable: true,
    });
    return [judgeContainer(output, cards, imageHere)];
  } catch (error) {
    const words = wordsOf(error);
    const code = unknownRuntime.test(words) ? 'NVIDIA_TOOLKIT_MISSING' : 'NVIDIA_TOOLKIT_BROKEN';
    return [{ code, evidence: `${imageHere}: ${words}` }];
  }
}
