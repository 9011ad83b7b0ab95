import path from 'node:path';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { type ProgramAnswer, runProgram } from '../../../platform/run-program.ts';
import { cardsOf, runNvidiaSmi } from '../../gpus/nvidia-smi.ts';

/** What torch is to compute on here. */
export type TorchBuild =
  /** `driverCuda`: the newest CUDA that the driver runs, as `13.0`; null where it does not say. */
  | { readonly kind: 'cuda'; readonly driverCuda: string | null }
  | { readonly kind: 'rocm' }
  | { readonly kind: 'cpu' };

const timeoutMs = 10_000;

const outputOf = (answer: ProgramAnswer) =>
  answer.outcome === 'ended' && answer.exitCode === 0 ? answer.stdout : '';

/** Looks at the machine: cards that NVIDIA's driver or ROCm lists, else the processor. */
export async function chooseTorchBuild(environment: NodeJS.ProcessEnv): Promise<TorchBuild> {
  if (process.platform === 'darwin') return { kind: 'cpu' };
  const options = { environment, timeoutMs };
  const [listed, table, agents] = await Promise.all([
    runNvidiaSmi(['-L'], options).then(outputOf),
    runNvidiaSmi([], options).then(outputOf),
    listAgents(environment),
  ]);
  if (cardsOf(listed).length > 0)
    return { kind: 'cuda', driverCuda: /CUDA (?:UMD )?Version\s*:\s*([\d.]+)/i.exec(table)?.[1] ?? null };
  return { kind: /^\s*Name:\s+gfx/m.test(agents) ? 'rocm' : 'cpu' };
}

/** What ROCm lists, which is not on everybody's PATH. */
async function listAgents(environment: NodeJS.ProcessEnv): Promise<string> {
  if (process.platform !== 'linux') return '';
  const folders = [environment.PATH ?? '', '/opt/rocm/bin'].join(path.delimiter);
  const own = { ...childEnvironment('program', environment), PATH: folders };
  return outputOf(await runProgram('rocminfo', [], { environment: own, timeoutMs }));
}
