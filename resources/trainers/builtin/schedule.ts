import type { TrainerConfig } from './config.ts';

type ScheduleConfig = Pick<TrainerConfig['training'], 'learningRate' | 'scheduler' | 'epochs'>;

/** `plateau`: a third of the rate after this many epochs without a better loss. */
const plateauPatience = 2;
const plateauFactor = 1 / 3;

/** What `plateau` remembers between epochs. */
export interface PlateauState {
  readonly factor: number;
  readonly best: number | null;
  readonly worse: number;
}
export const freshPlateau: PlateauState = { factor: 1, best: null, worse: 0 };

/** After an epoch whose loss (of validation, where there is any) was `loss`. */
export function afterEpoch(state: PlateauState, loss: number): PlateauState {
  if (state.best === null || loss < state.best) return { ...state, best: loss, worse: 0 };
  if (state.worse + 1 < plateauPatience) return { ...state, worse: state.worse + 1 };
  return { ...state, factor: state.factor * plateauFactor, worse: 0 };
}

const halfCosine = (from: number, to: number, share: number) =>
  to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * share));

/**
 * The learning rate of a step.
 *
 * After a linear warm-up over `warmupEpochs`: `none` stays, `linear` and `cosine` (Loshchilov, Hutter 2016) fall to 0 at the end, `step` falls to a tenth after each third of
 * the epochs, `plateau` to a third after two epochs without a better loss. `onecycle` (Smith 2017) rises from a 25th over
 * `warmupEpochs` (0: 30 % of the training), then falls to a 10,000th.
 * @param step from 0
 */
export function learningRateAt(
  config: ScheduleConfig,
  step: number,
  stepsPerEpoch: number,
  plateau: PlateauState,
): number {
  const { learningRate, scheduler, epochs } = config;
  const total = epochs * stepsPerEpoch;
  if (scheduler.type === 'onecycle') {
    const rising = Math.min(
      total,
      Math.max(1, scheduler.warmupEpochs > 0 ? scheduler.warmupEpochs * stepsPerEpoch : 0.3 * total),
    );
    if (step < rising) return halfCosine(learningRate / 25, learningRate, step / rising);
    return halfCosine(learningRate, learningRate / 10_000, (step - rising) / Math.max(1, total - rising));
  }
  const warmup = Math.min(total, scheduler.warmupEpochs * stepsPerEpoch);
  if (step < warmup) return (learningRate * (step + 1)) / (warmup + 1);
  const share = (step - warmup) / Math.max(1, total - warmup);
  switch (scheduler.type) {
    case 'none':
      return learningRate;
    case 'linear':
      return learningRate * (1 - share);
    case 'cosine':
      return halfCosine(learningRate, 0, share);
    case 'step':
      return learningRate * 0.1 ** Math.min(2, Math.floor((3 * step) / total));
    case 'plateau':
      return learningRate * plateau.factor;
  }
}
