import type { Validation } from '../../../../shared/contract/datasets.ts';
import type { KeptError } from '../../../../shared/errors/error.ts';
import type { ExaminationRequest } from '../examination.ts';
import type { AcceptedImage } from '../images.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly stateFolder: string;
  readonly request: ExaminationRequest;
}

/** What the thread tells. The accepted images come in parts, each when it is asked for: one large message would stop the engine. */
export type ThreadMessage =
  | {
      readonly kind: 'progress';
      readonly at: readonly [phase: 'counting' | 'validating', done: number, total: number | null];
    }
  | {
      readonly kind: 'found';
      readonly validation: Validation;
      readonly base: readonly string[];
      readonly isFatal: boolean;
      readonly images: number;
    }
  | { readonly kind: 'images'; readonly images: readonly AcceptedImage[] }
  /** A fault that a person can act on; every other one ends the thread. */
  | { readonly kind: 'failed'; readonly error: KeptError; readonly status: number };

/** What the thread is told. `more`, the answer to `found` and to `images`: more images are wanted. `stop`: nobody wants any of it. */
export type ThreadOrder = 'more' | 'stop';
