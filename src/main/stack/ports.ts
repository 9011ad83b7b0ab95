import type {
  StackEvent,
  StackLogLine,
  StackOperation,
  StackState,
  StackUrls,
  StackUsage,
} from '../../shared/contract/stack.ts';
import type { ServiceName, StackVerb } from '../../shared/model/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import type { OnProgress } from '../platform/progress.ts';

/**
 * One step that makes a started service what the product needs: idempotent, told by name.
 * `run` answers what it saw or did in a few words; it throws a TrainyardError with the hint where it cannot.
 */
export interface EnsureStep {
  /** As `migrations`, `mongo-indexes`, `buckets`, `temporal-namespace`, `redis-settings`. */
  readonly name: string;
  readonly service: ServiceName;
  run(endpoints: StoreEndpoints): Promise<string>;
}

/** Asks a server once, by its own protocol and with its credentials: resolves with its version, rejects where it does not answer rightly. */
export type Probe = (endpoints: StoreEndpoints, signal: AbortSignal) => Promise<string>;

/**
 * The stack of one state folder. What it is stands with the daemon and in the state folder, so that any process may act on it; one at a
 * time does, under an operating-system lock of the state folder.
 */
export interface Stack {
  /** Now, from the daemon; probes what runs. @throws TrainyardError DOCKER_* where the daemon cannot be asked */
  status(): Promise<StackState>;
  /**
   * Runs a verb to its end; told step by step. Where another process (or call) is at one already, waits for it and then
   * looks what is left to do. No services: all of them.
   * @throws TrainyardError with the cause of the failure; `details.lines` are the service's last lines
   */
  up(options: {
    readonly services: readonly ServiceName[];
    readonly onProgress: OnProgress;
    readonly signal?: AbortSignal;
    /** `new`: leave ports that a stranger listens on, rather than say so. A stack that never ran does so anyway. */
    readonly ports?: 'new';
  }): Promise<StackState>;
  down(options: {
    readonly services: readonly ServiceName[];
    readonly onProgress: OnProgress;
  }): Promise<StackState>;
  restart(options: {
    readonly services: readonly ServiceName[];
    readonly onProgress: OnProgress;
  }): Promise<StackState>;
  /** @throws TrainyardError STACK_NAME_WRONG where `name` is not the stack's */
  destroy(options: {
    readonly name: string;
    readonly services: readonly ServiceName[];
    readonly onProgress: OnProgress;
    /** Called before anything is removed: a place for a last snapshot. */
    readonly beforeRemoval?: () => Promise<void>;
  }): Promise<StackState>;
  /** @throws TrainyardError STACK_ABSENT before the first `up` */
  endpoints(): Promise<StoreEndpoints>;
  urls(): Promise<StackUrls>;
  usage(): Promise<StackUsage>;
}

/** Lines of the services' containers, each exactly once and none lost, whatever the boundaries. */
export interface StackLogs {
  /** Lines after a cursor, in the order of their times; waits up to `waitMs` for the first. An empty cursor: the last `tail` lines of each. */
  read(query: {
    readonly services: readonly ServiceName[];
    readonly after: string;
    readonly tail: number;
    readonly limit: number;
    readonly search: string;
    readonly waitMs: number;
  }): Promise<{ readonly cursor: string; readonly lines: readonly StackLogLine[] }>;
  /** Lines as they come (several at a time) until the signal; `since` (ISO 8601, included) or the last `tail` of each first. For terminals. */
  follow(options: {
    readonly services: readonly ServiceName[];
    readonly since: string | null;
    readonly tail: number;
    readonly follow: boolean;
    readonly signal: AbortSignal;
  }): AsyncIterable<readonly StackLogLine[]>;
}

/** Verbs as operations that a UI watches: one at a time, its events kept for readers with a cursor. */
export interface StackOperations {
  /** Starts the work and does not wait for it. No services: all. @throws TrainyardError STACK_BUSY while another is under way */
  begin(
    verb: StackVerb,
    services: readonly ServiceName[],
    work: (onProgress: OnProgress) => Promise<void>,
  ): StackOperation;
  /** The one under way, else the last one. */
  readonly current: StackOperation | null;
  /** Events after a cursor; waits up to `waitMs` for the first. A cursor of another process begins anew. */
  progress(
    after: number,
    waitMs: number,
  ): Promise<{ readonly cursor: number; readonly events: readonly StackEvent[] }>;
}
