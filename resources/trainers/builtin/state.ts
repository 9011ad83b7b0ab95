import type { TrainerConfig } from './config.ts';
import type { MetricValues } from './events.ts';
import type { Network } from './network.ts';
import { Optimizer } from './optimizer.ts';
import { Random } from './random.ts';
import type { PlateauState } from './schedule.ts';
import { freshPlateau } from './schedule.ts';

/** The best epoch so far: its weights are what is saved as the model. */
export interface Best {
  readonly epoch: number;
  readonly step: number;
  readonly metrics: MetricValues;
  readonly weights: Float32Array;
}

/** What a training is between two steps. Random numbers are not in it: they follow from the seed and the place (random.ts). */
export interface TrainingState {
  /** The epoch under way, from 1; one more than there are once all are done. */
  epoch: number;
  /** Batches done in this epoch and in all. */
  stepInEpoch: number;
  step: number;
  /** Sums over this epoch's images, for the epoch's mean loss and accuracy. */
  lossSum: number;
  correctSum: number;
  imageCount: number;
  /** The last step's metrics; an epoch's last ones are told together with the epoch's. */
  stepMetrics: MetricValues;
  readonly weights: Float32Array;
  /** The weights' moving average, where the config asks for one (`ema`). */
  readonly average: Float32Array | null;
  readonly optimizer: Optimizer;
  /** The sum of gradients since the last update, and of how many batches (`accumulate`). */
  readonly gradient: Float32Array;
  accumulated: number;
  plateau: PlateauState;
  best: Best | null;
  /** Epochs since the best one. */
  worse: number;
  stoppedEarly: boolean;
}

export function freshState(config: TrainerConfig, network: Network): TrainingState {
  const { training } = config;
  const weights = network.initialWeights(new Random(training.seed, 'weights'));
  return {
    epoch: 1,
    stepInEpoch: 0,
    step: 0,
    lossSum: 0,
    correctSum: 0,
    imageCount: 0,
    stepMetrics: {},
    weights,
    average: training.ema ? weights.slice() : null,
    optimizer: new Optimizer(training, network.weights),
    gradient: new Float32Array(network.size),
    accumulated: 0,
    plateau: freshPlateau,
    best: null,
    worse: 0,
    stoppedEarly: false,
  };
}
