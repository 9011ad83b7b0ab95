import type { Bilingual } from '../../../shared/errors/entry.ts';
import {
  type ModelSource,
  modelSources,
  type TaskType,
  type TrainingOverrides,
} from '../../../shared/model/training-config.ts';

/** A model that an executor of this installation can train. */
export interface TrainableModel {
  /** `source/name`, as `builtin/cnn`. */
  readonly id: string;
  /** The executors whose trainer has it, the one that is chosen first in front. */
  readonly executors: readonly string[];
  readonly taskTypes: readonly TaskType[];
  readonly description: Bilingual;
  /** Of its code and weights, where it is not free to be used for everything (SPDX); else null. */
  readonly license: string | null;
  /** What a training gets where a person says nothing. */
  readonly defaults: TrainingOverrides;
}

/** The parts of `source/name`. */
export function partsOf(id: string): { source: ModelSource | null; name: string } {
  const slash = id.indexOf('/');
  const source = modelSources.find((one) => one === id.slice(0, slash)) ?? null;
  return { source, name: id.slice(slash + 1) };
}
