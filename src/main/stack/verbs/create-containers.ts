import { fault } from '../../../shared/errors/catalogue.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { ComposeFailure, type ObjectKind, type StackContainer } from '../docker-objects.ts';
import type { StackPlan } from '../plan.ts';
import type { StackContext } from './context.ts';
import { graceSeconds } from './start-service.ts';

/** What Compose was making when it was cut off may stand in the way of making it again. */
const attempts = 4;

export type Containers = ReadonlyMap<ServiceName, StackContainer>;

/** The containers of a stack's services. */
export async function serviceContainers({ daemon }: StackContext, stack: string): Promise<Containers> {
  const all = await daemon.containers(stack);
  return new Map(all.flatMap((one) => (one.service ? [[one.service, one] as const] : [])));
}

/** Services that have no container by the plan. */
export function missingOf(
  plan: StackPlan,
  services: readonly ServiceName[],
  found: Containers,
): readonly ServiceName[] {
  const isRight = (container: StackContainer | undefined, hash: string) =>
    container?.plan === hash && container.state !== 'dead';
  return services.filter((name) => !isRight(found.get(name), plan.services[name].hash));
}

async function removeStale(
  { daemon }: StackContext,
  services: readonly ServiceName[],
  found: Containers,
): Promise<void> {
  await Promise.all(
    services.map(async (name) => {
      const container = found.get(name);
      if (!container) return;
      failpoint('stack.up.replace.before');
      if (container.state !== 'created') await daemon.stop(container.id, graceSeconds);
      await daemon.remove('container', container.id);
      failpoint('stack.up.replace.after');
    }),
  );
}

/** Compose would take over any object with the right name, even a foreign one. @throws TrainyardError NAME_TAKEN */
async function checkNames(
  { daemon }: StackContext,
  stack: string,
  plan: StackPlan,
  services: readonly ServiceName[],
): Promise<void> {
  const names: (readonly [ObjectKind, string])[] = [
    ['network', plan.network],
    ...services.map((name) => ['container', plan.services[name].container] as const),
    ...Object.values(plan.services).flatMap(({ volumes }) =>
      volumes.map((volume) => ['volume', volume] as const),
    ),
  ];
  await Promise.all(
    names.map(async ([kind, name]) => {
      const owner = await daemon.ownerOf(kind, name);
      if (owner !== null && owner !== stack) throw fault('NAME_TAKEN', { kind, name });
    }),
  );
}

/** Containers that only reached into a volume, of somebody who was killed meanwhile. */
async function removeLeftovers({ daemon }: StackContext, stack: string): Promise<void> {
  const all = await daemon.containers(stack);
  await Promise.all(
    all.filter(({ service }) => service === null).map(({ id }) => daemon.remove('container', id)),
  );
}

/** Makes the containers of services by the plan, with Compose; those by another plan go first, their volumes stay. */
export async function createContainers(
  context: StackContext,
  making: {
    readonly stack: string;
    readonly plan: StackPlan;
    /** compose.yaml as it was written. */
    readonly file: string;
    readonly services: readonly ServiceName[];
    readonly found: Containers;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { stack, plan, file, services, found, signal } = making;
  await removeLeftovers(context, stack);
  await removeStale(context, services, found);
  await checkNames(context, stack, plan, services);
  failpoint('stack.up.create.before');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await context.compose({ project: plan.name, file, services, signal });
      break;
    } catch (error) {
      if (!(error instanceof ComposeFailure) || attempt >= attempts) throw error;
      if (!/conflict|already (in use|exists)|in progress/i.test(error.message)) throw error;
      await removeStale(context, services, await serviceContainers(context, stack));
    }
  }
  failpoint('stack.up.create.after');
}
