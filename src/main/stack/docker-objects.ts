import type { ServiceName } from '../../shared/model/stack.ts';

/** The daemon understood and would not or could not: `message` is what it said. A daemon that cannot be asked is a TrainyardError DOCKER_*. */
export class DaemonRefusal extends Error {
  /** As HTTP has it; 0 if it came in a stream. */
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DaemonRefusal';
    this.status = status;
  }
}

export interface StackContainer {
  readonly id: string;
  readonly name: string;
  /** Null: not a service's, as the one that reaches into the recovery volume. */
  readonly service: ServiceName | null;
  /** The hash of the plan that it was made by. */
  readonly plan: string;
  readonly imageId: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Why it could not be started; empty if it could. */
  readonly error: string;
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly memoryLimitBytes: number | null;
  /** Host ports by the container's ports. */
  readonly published: Readonly<Record<number, number>>;
  /** The daemon begins a new file of its log from time to time, and throws old ones away. */
  readonly isLogRotated: boolean;
}

/** Exit codes of a server that was stopped: 0, and those of signals. */
const ordinaryExits = [0, 130, 137, 143];

/** Whether a container is not running because of a fault. */
export function hasFailed({ state, outOfMemory, exitCode, error }: StackContainer): boolean {
  if (state === 'exited') return outOfMemory || !ordinaryExits.includes(exitCode);
  return state === 'restarting' || state === 'dead' || (state === 'created' && error !== '');
}

/** The daemon starts again what ends by itself, so somebody stopped it. */
export function wasStopped(container: StackContainer): boolean {
  return container.state === 'exited' && !hasFailed(container);
}

/** Which stack a state folder has. */
export interface StackIdentity {
  /** A UUID: the value of the label `io.trainyard.stack`. */
  readonly id: string;
  /** The stack's name, also its Compose project. */
  readonly name: string;
}

export interface LocalImage {
  readonly id: string;
  /** `name@sha256:…` for each registry it came from; none for one that was built here. */
  readonly digests: readonly string[];
  /** What its containers find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface PullProgress {
  readonly layersDone: number;
  readonly layers: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export type ObjectKind = 'container' | 'volume' | 'network';

/** What a container went through, as the daemon remembers it. */
export interface Incident {
  readonly container: string;
  readonly kind: 'ended' | 'out of memory';
  readonly exitCode: number | null;
}

/** A container that publishes a host port, or will where it is started again. */
export interface Publisher {
  readonly port: number;
  readonly container: string;
  readonly image: string;
  /** Null if the container is of no stack. */
  readonly stack: string | null;
  /** A paused one counts: it holds its port. */
  readonly isRunning: boolean;
}

/** A volume and what it takes to reach into it: a container that is made of a local image and never started. */
export interface VolumeAccess {
  readonly volume: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
}

/** What Compose said when it ended with another exit code than 0. */
export class ComposeFailure extends Error {
  override readonly name = 'ComposeFailure';
}
