import type { StackUsage } from '../../../shared/contract/stack.ts';
import type { Profile, ServiceName } from '../../../shared/model/stack.ts';
import type { composeCreate } from '../compose/create-project.ts';
import type { Daemon } from '../docker/daemon.ts';
import type { EnsureStep } from '../ensure/steps.ts';
import type { StackFolder } from '../files/stack-folder.ts';
import type { StackChoices, StackPlan } from '../plan.ts';
import type { Probe } from '../probes/probe.ts';

/** What every verb works with: the Engine, the state folder's files, and what was chosen for the stack. */
export interface StackContext {
  readonly daemon: Daemon;
  readonly compose: ReturnType<typeof composeCreate>;
  readonly files: StackFolder;
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
  /** What running containers use, by service and id. */
  readonly measure: (containers: ReadonlyMap<ServiceName, string>) => Promise<StackUsage>;
  /** How long a service may take until it answers. */
  readonly timeoutMs: number;
  /** What status says the state folder works with. */
  readonly profile: () => Profile;
  readonly log: { info(fields: object, message: string): void };
}
