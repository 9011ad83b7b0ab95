import * as z from 'zod/mini';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { pythonEnvironment } from './installer-environment.ts';
import { runReported } from './reported-program.ts';
import type { TorchBuild } from './torch-build.ts';

const name = z.string();
/** What `python -m trainyard_torch.trial` prints last. */
const answer = z.union([
  z.object({
    python: name,
    unsuited: z.array(name),
    versions: z.record(name, name),
    torch: name,
    cuda: z.nullable(name),
    rocm: z.nullable(name),
    /** The cards on which a convolution works. */
    cards: z.array(name),
    cardsFault: z.nullable(name),
  }),
  z.object({ python: name, unsuited: z.array(name).check(z.minLength(1)) }),
]);
type Answer = z.infer<typeof answer>;
/** What a Python that can train has. */
export type Trial = Extract<Answer, { torch: string }>;

/**
 * Tries in a Python whether it has what the trainer needs, and whether torch computes there.
 * @returns what is missing, or in versions that do not suit, where that is so
 * @throws TrainyardError TORCH_BROKEN; the reason of `signal`
 */
export async function tryPython(
  python: string,
  trainer: string,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Trial | { readonly unsuited: readonly string[] }> {
  const { failure, lines } = await runReported(python, ['-m', 'trainyard_torch.trial'], {
    environment: trainerVariables(trainer, pythonEnvironment(environment)),
    folder: trainer,
    report: () => {},
    signal,
  });
  const last = lines.at(-1) ?? '';
  const found = failure === null ? read(last) : null;
  if (found) return found;
  const reason = failure === null ? last : `${last} (${failure})`;
  throw fault('TORCH_BROKEN', { python, reason: reason.slice(0, 600) }, { details: { lines } });
}

/** The variables with which a Python finds the trainer, which is never installed: an update of Trainyard brings another one. */
export const trainerVariables = (trainer: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...environment,
  PYTHONPATH: trainer,
  // The trainer's folder may be another user's, or for reading only.
  PYTHONDONTWRITEBYTECODE: '1',
});

function read(line: string): Answer | null {
  try {
    return answer.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Why the machine's cards are not computed on; null if they are, or there are none. */
export function cardsFault(build: TorchBuild, trial: Trial): TrainyardError | null {
  const { torch, cuda, rocm } = trial;
  const reason = trial.cardsFault;
  if (build.kind === 'cpu' || reason === null) return null;
  if (cuda === null && rocm === null) return fault('TORCH_WITHOUT_CARDS', { torch });
  if (/too old|insufficient for CUDA/i.test(reason)) {
    const driver = build.kind === 'cuda' ? (build.driverCuda ?? '?') : '?';
    return fault('TORCH_DRIVER_TOO_OLD', { torch, driver, cuda: cuda ?? rocm ?? '?' });
  }
  if (/no kernel image|not compatible with the current/i.test(reason))
    return fault('TORCH_CARD_UNSUPPORTED', { torch, reason });
  return fault('TORCH_CARD_FAILED', { torch, reason });
}
