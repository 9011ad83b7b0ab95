import type { OnProgress } from '../../platform/progress.ts';
import type { Ensured } from '../ensured.ts';
import type { StackContext } from './context.ts';
import type { SavedState } from './saved-state.ts';

/** What every service of a stack is started with. */
export interface StartOptions {
  readonly context: StackContext;
  readonly saved: SavedState;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** When the verb began, in milliseconds: what happened before is no matter. */
  readonly since: number;
  /** What the ensure steps left the last time. */
  readonly ensured: Ensured;
}
