import type { Found } from '../../../shared/contract/predictions.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import type { ModelDescription } from './model-description.ts';

/** A model and where its files are had from. */
export interface PlacedModel {
  /** Another one for each model: by it a predictor knows the one that it has loaded. */
  readonly key: string;
  readonly description: ModelDescription;
  /** Writes the files into a folder. */
  readonly writeTo: (folder: string) => Promise<void>;
}

export interface PredictionRequest {
  readonly model: PlacedModel;
  /** Absolute. */
  readonly image: string;
  readonly wantsPreview: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Predicts outside of the engine. */
export interface Predictor {
  /** Why models of a format can't predict here; null where they can. */
  whyNot(format: ModelDescription['format']): TrainyardError | null;
  /** @throws TrainyardError by what is wrong with the image or the model, and where it takes too much time or memory */
  predict(request: PredictionRequest): Promise<Found>;
}
