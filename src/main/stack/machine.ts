import type { ServiceName } from '../../shared/model/stack.ts';
import type { StackRecord, StackSecrets } from './record.ts';

/** What stands in the state folder's `stack/stack.json`. */
export type StackNotes =
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly file: string }
  | { readonly kind: 'whole'; readonly record: StackRecord };

/** The files of a stack in its state folder. What was written is there after a power cut. */
export interface StackFiles {
  /** As labels and messages name it, absolute. */
  readonly home: string;
  read(): StackNotes;
  write(record: StackRecord): void;
  /** Moves a damaged `stack.json` out of the way and answers where it is now. */
  setAside(): string;
  /** Writes `compose.yaml` where it says something else, and answers its path. */
  writeCompose(text: string): string;
  /** The last to go: everything of the stack. */
  removeAll(): void;
}

/**
 * The passwords of a stack. Wherever an adapter keeps them, the containers get them from files beside `compose.yaml`: `secrets/NAME`.
 */
export interface StackCredentials {
  /** Null where not all of them are there and whole. */
  load(): StackSecrets | null;
  /** Those of a stack that is new, or that was found again; there after a power cut. */
  keep(secrets: StackSecrets): void;
  remove(): void;
}

/** One verb at a time works on the stack of a state folder, whatever the process. */
export interface StackLock {
  /** Waits while another has it; `onWait` is called once where it has to. Released by dispose, or by the process's end. */
  acquire(onWait: () => void, signal?: AbortSignal): Promise<Disposable>;
}

/** Has Compose make the containers of services as `compose.yaml` says, and what they need, without starting them. */
export type ComposeCreate = (making: {
  readonly project: string;
  readonly file: string;
  readonly services: readonly ServiceName[];
  readonly signal?: AbortSignal | undefined;
}) => Promise<void>;

/** What Compose said when it ended with another exit code than 0. */
export class ComposeFailure extends Error {
  override readonly name = 'ComposeFailure';
}
