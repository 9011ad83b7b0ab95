import path from 'node:path';
import { childEnvironment } from '../../platform/child-environment.ts';
import { type ProgramAnswer, runProgram } from '../../platform/run-program.ts';

export interface NvidiaCard {
  readonly uuid: string;
  readonly name: string;
}

/** Runs NVIDIA's program. */
export function runNvidiaSmi(
  args: readonly string[],
  { environment, timeoutMs }: { readonly environment: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<ProgramAnswer> {
  // The driver of Windows puts its program into WSL here, which is not on everybody's PATH.
  const folders = [environment.PATH ?? '', '/usr/lib/wsl/lib'].join(path.delimiter);
  const own = { ...childEnvironment('program', environment), PATH: folders };
  return runProgram('nvidia-smi', args, { environment: own, timeoutMs });
}

/** Cards from `nvidia-smi -L`: `GPU 0: NAME (UUID: GPU-…)`. Slices of a card (`MIG …`) are its own and not listed. */
export function cardsOf(output: string): NvidiaCard[] {
  const lines = output.matchAll(/^GPU \d+: (.+?) \(UUID: (GPU-[0-9a-f-]+)\)/gim);
  return [...lines].flatMap(([, name, uuid]) => (name && uuid ? [{ name, uuid }] : []));
}

/** The NVIDIA cards of this machine; none where its driver lists none, whatever the reason (the doctor finds that out). */
export async function listCards(environment: NodeJS.ProcessEnv): Promise<readonly NvidiaCard[]> {
  const answer = await runNvidiaSmi(['-L'], { environment, timeoutMs: 5000 });
  return answer.outcome === 'ended' && answer.exitCode === 0 ? cardsOf(answer.output) : [];
}
