import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { Check, Observation } from '../ports.ts';
import { installCommand } from './docker-fix.ts';
import { type ProgramAnswer, runProgram } from './run-program.ts';

const timeoutMs = 3_500;

export interface NvidiaCard {
  readonly uuid: string;
  readonly name: string;
}

/** What there is to say of the driver, and the cards where it lists them. */
export interface NvidiaState {
  readonly observation: Observation;
  readonly cards: readonly NvidiaCard[];
}

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

/** Cards from `nvidia-smi -L`: `GPU 0: NAME (UUID: GPU-…)`. Slices of a card (`MIG …`) are its own and not listed. */
export function cardsOf(output: string): NvidiaCard[] {
  const lines = output.matchAll(/^GPU \d+: (.+?) \(UUID: (GPU-[0-9a-f-]+)\)/gim);
  return [...lines].flatMap(([, name, uuid]) => (name && uuid ? [{ name, uuid }] : []));
}

/** Asks the driver for its cards. */
export async function askNvidia(
  environment: NodeJS.ProcessEnv,
  busFolder = '/sys/bus/pci/devices',
): Promise<NvidiaState> {
  // Windows's driver puts its program here, and not on everybody's PATH.
  const folders = [environment.PATH ?? '', '/usr/lib/wsl/lib'].join(path.delimiter);
  const options = { environment: { ...childEnvironment('program', environment), PATH: folders }, timeoutMs };
  const [listed, table] = await Promise.all([
    runProgram('nvidia-smi', ['-L'], options),
    runProgram('nvidia-smi', [], options),
  ]);
  if (listed.outcome === 'absent') return { observation: await withoutProgram(busFolder), cards: [] };
  const cards = listed.outcome === 'ended' && listed.exitCode === 0 ? cardsOf(listed.output) : [];
  if (cards.length === 0) return { observation: judge(listed), cards };
  const said = table.outcome === 'ended' ? table.output : '';
  const driver = /Driver Version\s*:\s*([\d.]+)/i.exec(said)?.[1] ?? '?';
  const cuda = /CUDA (?:UMD )?Version\s*:\s*([\d.]+)/i.exec(said)?.[1] ?? '?';
  const names = cards.map(({ name, uuid }) => `${name} ${uuid}`).join(', ');
  return {
    observation: { code: 'NVIDIA_OK', evidence: `driver ${driver}, CUDA ${cuda}: ${names}` },
    cards,
  };
}

/** Whether NVIDIA's driver answers for its cards. */
export function nvidiaCheck(state: () => Promise<NvidiaState>, optional: boolean): Check {
  return { name: 'nvidia', group: 'nvidia', optional, run: async () => [(await state()).observation] };
}
