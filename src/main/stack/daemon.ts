import type { ServiceName } from '../../shared/model/stack.ts';
import type { StackIdentity } from './identity.ts';

/** The daemon understood and would not or could not: `message` is what it said. A daemon that cannot be asked is a TrainyardError DOCKER_*. */
export class DaemonRefusal extends Error {
  /** As HTTP has it; 0 where it came in a stream. */
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
  readonly image: string;
  readonly imageId: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Why it could not be started; empty where it could. */
  readonly error: string;
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly memoryLimitBytes: number | null;
  /** Host ports by the container's ports. */
  readonly published: Readonly<Record<number, number>>;
  readonly createdAt: string;
}

export interface FoundIdentity extends StackIdentity {
  readonly createdAt: string;
}

export interface LocalImage {
  readonly id: string;
  /** `name@sha256:…` for each registry it came from; none for one that was built here. */
  readonly digests: readonly string[];
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
  /** Null where the container is of no stack. */
  readonly stack: string | null;
  readonly isRunning: boolean;
}

/** The Docker Engine, as far as a stack needs it. Every call: @throws TrainyardError DOCKER_NOT_RUNNING, DOCKER_PERMISSION, …; DaemonRefusal */
export interface Daemon {
  /** Containers that carry a stack's label, running or not. */
  containers(stack: string): Promise<readonly StackContainer[]>;
  /** Null where it is gone. */
  container(id: string): Promise<StackContainer | null>;
  /** Names of a stack's objects of a kind, by its label. */
  names(kind: 'volume' | 'network', stack: string): Promise<readonly string[]>;
  /** The stack that the object of this name carries the label of: empty where it carries none; null where there is no such object. */
  ownerOf(kind: ObjectKind, name: string): Promise<string | null>;
  /** Stacks whose objects carry the label of this state folder, the newest first. */
  stacksOf(home: string): Promise<readonly FoundIdentity[]>;
  /** No harm where it runs already. */
  start(id: string): Promise<void>;
  /** No harm where it is stopped or gone. */
  stop(id: string, graceSeconds: number): Promise<void>;
  /** No harm where it is gone. */
  remove(kind: ObjectKind, name: string): Promise<void>;
  lastLines(id: string, count: number): Promise<readonly string[]>;
  /** What happened to a stack's containers since a time (milliseconds). */
  incidents(stack: string, since: number): Promise<readonly Incident[]>;
  /** Null where it is not here. */
  image(reference: string): Promise<LocalImage | null>;
  pull(reference: string, onProgress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<void>;
  /** Of the machine that containers run on. */
  memoryBytes(): Promise<number>;
  /** Host ports that containers publish, and those that stopped stacks will want again. */
  publishers(): Promise<readonly Publisher[]>;
  /** Puts a text into a volume, which is made with these labels where it is not there. */
  writeToVolume(volume: VolumeAccess, file: string, text: string): Promise<void>;
  /** The texts in a volume by file name; null where there is no such volume. */
  readFromVolume(volume: VolumeAccess): Promise<ReadonlyMap<string, string> | null>;
}

/** A volume and what it takes to reach into it: a container that is made of a local image and never started. */
export interface VolumeAccess {
  readonly volume: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
}
