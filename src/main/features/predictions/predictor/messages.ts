import type { Found } from '../../../../shared/contract/predictions.ts';
import type { KeptError } from '../../../../shared/errors/error.ts';
import type { ModelDescription } from '../model-description.ts';

/** What the process gets: one after the other, never two at once. */
export interface Order {
  /** Null: the model of the order before. */
  readonly load: {
    readonly description: ModelDescription;
    readonly folder: string;
    /** The module that runs the builtin trainer's models. */
    readonly builtinProgram: string;
    /** How to install ONNX Runtime. */
    readonly command: string;
    readonly threads: number;
  } | null;
  readonly image: string;
  readonly wantsPreview: boolean;
}

/** What it answers. */
export type Answer =
  | { readonly kind: 'found'; readonly found: Found }
  | {
      readonly kind: 'failed';
      readonly error: KeptError;
      readonly status: number;
      /** Whether the model is loaded all the same. */
      readonly isLoaded: boolean;
    };
