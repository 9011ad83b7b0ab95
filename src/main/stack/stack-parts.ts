import type { StackUsage } from '../../shared/contract/stack.ts';
import type { Profile, ServiceName } from '../../shared/model/stack.ts';
import type { Daemon } from './daemon.ts';
import type { ComposeCreate, StackCredentials, StackFiles, StackLock } from './machine.ts';
import type { StackChoices, StackPlan } from './plan.ts';
import type { EnsureStep, Probe } from './ports.ts';

/** What a stack is made of. */
export interface StackParts {
  readonly daemon: Daemon;
  readonly compose: ComposeCreate;
  readonly files: StackFiles;
  readonly credentials: StackCredentials;
  readonly lock: StackLock;
  /** By `resources/stack/compose.yaml`. */
  readonly plan: (choices: StackChoices) => StackPlan;
  /** Names of the services' volumes, without the stack's name. */
  readonly volumes: Readonly<Record<ServiceName, readonly string[]>>;
  /** References to run: the template's, or what somebody set. */
  readonly images: Readonly<Record<ServiceName, string>>;
  /** Memory limits that somebody set, in bytes. */
  readonly memory: Readonly<Partial<Record<ServiceName, number>>>;
  readonly probes: Readonly<Record<ServiceName, Probe>>;
  readonly steps: readonly EnsureStep[];
  readonly usage: (containers: ReadonlyMap<ServiceName, string>) => Promise<StackUsage>;
  readonly profile: () => Profile;
  readonly log: { info(fields: object, message: string): void };
  /** How long a service may take until it answers. */
  readonly timeoutMs: number;
}
