import type { StackEvent } from '../../shared/contract/stack.ts';

/** Whatever is told while a verb is at work, before it is numbered. */
export type StackProgress = StackEvent extends infer One
  ? One extends StackEvent
    ? Omit<One, 'seq' | 'time' | 'operation'>
    : never
  : never;

export type OnProgress = (event: StackProgress) => void;
