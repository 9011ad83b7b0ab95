import { childEnvironment } from '../../../platform/child-environment.ts';
import { runProgram } from '../../../platform/run-program.ts';

/** What torch is to compute on here. */
export type TorchBuild =
  /** `driverCuda`: the newest CUDA that the driver runs, as `13.0`; null where it does not say. */
  | { readonly kind: 'cuda'; readonly driverCuda: string | null }
  | { readonly kind: 'rocm' }
  | { readonly kind: 'cpu' };

const timeoutMs = 10_000;

/** Looks at the machine: cards that NVIDIA's driver or ROCm lists, else the processor. */
export async function chooseTorchBuild(environment: NodeJS.ProcessEnv): Promise<TorchBuild> {
  if (process.platform === 'darwin') return { kind: 'cpu' };
  // Windows's driver puts its program here in a Linux of its own, and ROCm is not on everybody's PATH.
  const folders = [environment.PATH ?? environment.Path ?? ''];
  if (process.platform === 'linux') folders.push('/usr/lib/wsl/lib', '/opt/rocm/bin');
  const path = folders.join(process.platform === 'win32' ? ';' : ':');
  const options = { environment: { ...childEnvironment('program', environment), PATH: path }, timeoutMs };
  const ask = async (program: string, ...args: readonly string[]) => {
    const answer = await runProgram(program, args, options);
    return answer.outcome === 'ended' && answer.exitCode === 0 ? answer.stdout : '';
  };
  const [listed, table, agents] = await Promise.all([
    ask('nvidia-smi', '-L'),
    ask('nvidia-smi'),
    process.platform === 'linux' ? ask('rocminfo') : '',
  ]);
  if (/^GPU \d+: /m.test(listed))
    return { kind: 'cuda', driverCuda: /CUDA (?:UMD )?Version\s*:\s*([\d.]+)/i.exec(table)?.[1] ?? null };
  return { kind: /^\s*Name:\s+gfx/m.test(agents) ? 'rocm' : 'cpu' };
}
