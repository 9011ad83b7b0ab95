import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { isPortFree, portHolder } from '../../platform/listening-ports.ts';
import { type OnProgress, reportStep } from '../../platform/progress.ts';
import { pause, until } from '../../platform/waiting.ts';
import { isOtherMemory } from '../memory.ts';
import { byService, type StackPlan } from '../plan.ts';
import { portsOf, type StackPorts, type StackRecord } from '../record.ts';
import { choosePorts } from './choose-ports.ts';
import type { StackContext } from './context.ts';
import { type Containers, createContainers, missingOf, serviceContainers } from './create-containers.ts';
import { imagesToRun, refuseUnreadable } from './image-changes.ts';
import { ensureImage } from './images.ts';
import type { SavedState, SavedStateStore, SettledState } from './saved-state.ts';
import type { StartOptions } from './start-options.ts';
import { portCause, StartObstacle, startService } from './start-service.ts';

const goneTimeoutMs = 10_000;
/** A container's start takes Docker so long at most, but on a machine that has no time for anything. */
const startUnderWayMs = 5000;
/** Until the requests to start containers have left this process. */
const daemonAskedMs = 20;

/** By how long they take from their container's start to their first answer: the daemon starts few at once, and those first that come first. */
const slowestFirst: readonly ServiceName[] = ['s3', 'mongo', 'temporal', 'postgres', 'redis'];

/** How many times obstacles are removed: a port that another program takes just before we do, a network that was pruned. */
const attempts = 5;

export interface BringUpOptions {
  readonly services: readonly ServiceName[];
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** `new`: choose other ports if a foreign program listens on them, instead of failing. A stack that never ran does so anyway. */
  readonly ports?: 'new' | undefined;
}

/** Whether Docker may hold a port: it does, or who does can't be seen from this account. */
async function mayBeDocker(port: number): Promise<boolean> {
  const holder = await portHolder(port);
  return !holder || holder.processId === null || holder.program.en.startsWith('docker');
}

/** What was seen while services were brought up, and need not be asked for again. */
export interface Seen {
  /** What the probes answered. */
  readonly versions: ReadonlyMap<ServiceName, string>;
  /** Null if they changed since they were looked at. */
  readonly containers: Containers | null;
}

/**
 * Brings services up: from whatever is there to all of them healthy and made ready.
 * @throws TrainyardError with the cause
 */
export async function bringUp(
  context: StackContext,
  savedStates: SavedStateStore,
  settled: SettledState,
  options: BringUpOptions,
): Promise<Seen> {
  const { daemon, files, memory } = context;
  const images = imagesToRun(settled.record, context.images);
  const { services, onProgress, signal } = options;
  const stack = settled.record.id;
  const since = Date.now();
  const versions = new Map<ServiceName, string>();
  const ensuredBefore = files.readEnsured();
  const ensured: Partial<Record<ServiceName, string>> = {};
  let saved: SavedState = settled;
  const save = (change: Partial<StackRecord>) => {
    saved = savedStates.write(saved, change);
  };
  const mayMovePorts = () => !saved.record.started || options.ports === 'new';

  function makePlan({ id, name, madeFor, ports, images: known, memoryBytes }: StackRecord): StackPlan {
    const imageOf = (service: ServiceName) => {
      const image = known[service];
      const reference = images[service];
      return image?.reference === reference ? image : { reference, pinned: null, id: null };
    };
    const machineBytes = memoryBytes ?? 0;
    return context.plan({
      id,
      name,
      home: files.home,
      madeFor: madeFor ?? files.home,
      ports,
      images: byService(imageOf),
      machineBytes,
      memory,
    });
  }

  /** The plan by what is remembered; null if something else is wanted now, or not everything is known yet. */
  function knownPlan(): StackPlan | null {
    const { record } = saved;
    const isKnown = (name: ServiceName) => record.images[name]?.reference === images[name];
    return record.memoryBytes !== null && services.every(isKnown) ? makePlan(record) : null;
  }

  async function chooseMemory(): Promise<void> {
    const { memoryBytes } = saved.record;
    const now = await daemon.memoryBytes();
    if (memoryBytes === null || isOtherMemory(memoryBytes, now)) save({ memoryBytes: now });
  }

  const ensureImages = () =>
    reportStep(onProgress, 'images', null, async () => {
      const known = saved.record.images;
      const here = await Promise.all(
        services.map(async (name) => {
          const image = await ensureImage(daemon, name, images[name], known[name], onProgress, signal);
          return [name, image] as const;
        }),
      );
      await refuseUnreadable(context, saved.record, here);
      const now = { ...known, ...Object.fromEntries(here) };
      if (JSON.stringify(now) !== JSON.stringify(known)) save({ images: now });
      return services.map((name) => images[name]).join(', ');
    });

  const movePorts = (moving: readonly ServiceName[]) =>
    reportStep(onProgress, 'ports', null, async () => {
      const staying = serviceNames.filter((name) => !moving.includes(name));
      const kept: Partial<StackPorts> = Object.fromEntries(
        staying.map((name) => [name, saved.record.ports[name]]),
      );
      const ports = await choosePorts(daemon, stack, kept);
      save({ ports });
      return moving.map((name) => `${name} ${ports[name].main}`).join(', ');
    });

  async function takenPorts(found: Containers) {
    const holdsNone = ['created', 'exited', 'dead'];
    const idle = services.filter((name) => holdsNone.includes(found.get(name)?.state ?? 'created'));
    const ports = portsOf(saved.record.ports, idle);
    const free = await Promise.all(ports.map(({ port }) => isPortFree(port)));
    return ports.filter((_port, index) => !free[index]);
  }

  /**
   * A program that listens on a port of a service that is not running is a foreign one. Only a start that a killed command has asked
   * for may still be under way: Docker takes the ports before the container counts as running. Answers the containers as they are now.
   * @throws TrainyardError PORT_TAKEN
   */
  async function checkPorts(found: Containers, attempt: number): Promise<Containers> {
    let now = found;
    let taken = await takenPorts(now);
    const [own] = taken.filter(({ service }) => found.has(service));
    if (own && (await mayBeDocker(own.port))) {
      const settled = async () => {
        now = await serviceContainers(context, stack);
        taken = await takenPorts(now);
        return taken.length === 0;
      };
      await until(settled, { firstMs: 50, longestMs: 500, timeoutMs: startUnderWayMs });
    }
    const [first] = taken;
    if (!first) return now;
    if (attempt >= attempts || !mayMovePorts())
      throw await portCause(context, saved.record, first.service, first.port);
    await movePorts(taken.map(({ service }) => service));
    return now;
  }

  /** Makes the containers that are missing, and answers all of them. */
  async function makeMissing(
    plan: StackPlan,
    found: Containers,
    missing: readonly ServiceName[],
  ): Promise<Containers> {
    const file = files.writeCompose(plan.compose);
    // Passwords are never given to a container before a copy of them is safe.
    const [image] = Object.values(saved.record.images);
    if (image) saved = await savedStates.keepCopy(saved, image.id);
    await reportStep(onProgress, 'create', null, async () => {
      await createContainers(context, { stack, plan, file, services: missing, found, signal });
      return missing.join(', ');
    });
    return serviceContainers(context, stack);
  }

  /** Returns the obstacles of the starts. @throws TrainyardError with the cause if something else failed */
  async function startAll(plan: StackPlan, found: Containers): Promise<readonly StartObstacle[]> {
    const start: StartOptions = { context, saved, onProgress, signal, since, ensured: ensuredBefore };
    const startOne = async (name: ServiceName) => {
      const container = found.get(name);
      if (!container) throw new Error(`the container of ${name} went away while the stack was brought up`);
      const started = await startService(start, name, container);
      versions.set(name, started.version);
      if (started.ensured !== undefined) ensured[name] = started.ensured;
    };
    for (const wave of plan.order) {
      const wanted = slowestFirst.filter((name) => wave.includes(name) && services.includes(name));
      // All are awaited first: nothing may go on after a failure was reported.
      const results = await Promise.allSettled(wanted.map(startOne));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      const obstacles = failures.filter((failure) => failure instanceof StartObstacle);
      if (failures.length > obstacles.length)
        throw failures.find((failure) => !(failure instanceof StartObstacle));
      if (obstacles.length > 0) return obstacles;
    }
    return [];
  }

  /** As {@link startAll}. Rendering takes as long as some servers' starts: it is done once the daemon is at work. */
  async function startAndRender(plan: StackPlan, found: Containers): Promise<readonly StartObstacle[]> {
    const starts = startAll(plan, found);
    const rendered = pause(daemonAskedMs).then(() => files.writeCompose(plan.compose));
    await Promise.allSettled([starts, rendered]);
    const obstacles = await starts;
    await rendered;
    return obstacles;
  }

  /** Whether what stood in a start's way could be put out of it without anybody. */
  async function clear({ what: { kind, service, container } }: StartObstacle): Promise<boolean> {
    if (kind === 'gone') {
      // The daemon finishes the removal; what is made before that would be in its way.
      const isGone = async () => !(await daemon.container(container));
      await until(isGone, { firstMs: 50, timeoutMs: goneTimeoutMs });
      return true;
    }
    if (kind === 'network lost') {
      await daemon.remove('container', container);
      return true;
    }
    if (!mayMovePorts()) return false;
    await movePorts([service]);
    return true;
  }

  /** False if an obstacle was removed and the next attempt can get further. */
  async function tryOnce(before: Containers, attempt: number): Promise<boolean> {
    await Promise.all([chooseMemory(), ensureImages()]);
    const found = await checkPorts(before, attempt);
    const plan = makePlan(saved.record);
    const missing = missingOf(plan, services, found);
    const obstacles =
      missing.length > 0
        ? await startAll(plan, await makeMissing(plan, found, missing))
        : await startAndRender(plan, found);
    const [first] = obstacles;
    if (!first) return true;
    if (attempt >= attempts) throw first.what.fault;
    for (const obstacle of obstacles) if (!(await clear(obstacle))) throw obstacle.what.fault;
    return false;
  }

  let found = await serviceContainers(context, stack);
  const plan = knownPlan();
  const isUp = (name: ServiceName) =>
    found.get(name)?.state === 'running' && found.get(name)?.plan === plan?.services[name].hash;
  const wasUp = plan !== null && services.every(isUp);
  if (wasUp) {
    const [obstacle] = await startAll(plan, found);
    if (obstacle) throw obstacle.what.fault;
  } else {
    for (let attempt = 1; !(await tryOnce(found, attempt)); attempt += 1)
      found = await serviceContainers(context, stack);
  }
  const now = { ...ensuredBefore, ...ensured };
  if (services.some((name) => now[name] !== ensuredBefore[name])) files.writeEnsured(now);
  if (!saved.record.started) save({ started: true });
  return { versions, containers: wasUp ? found : null };
}
