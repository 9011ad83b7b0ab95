import type { TrainingOverrides } from '../../../shared/model/training-config.ts';

/** A model that an executor of this installation can train. */
export interface TrainableModel {
  /** `source/name`, as `builtin/cnn`. */
  readonly id: string;
  readonly executor: string;
  readonly taskTypes: readonly string[];
  readonly description: { readonly en: string; readonly ko: string };
  /** What a training gets where a person says nothing. */
  readonly defaults: TrainingOverrides;
}

/** Which models can be trained here. */
export interface TrainableModels {
  list(): Promise<readonly TrainableModel[]>;
}
