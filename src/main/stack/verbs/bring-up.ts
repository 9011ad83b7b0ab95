import { setTimeout as delay } from 'node:timers/promises';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { isPortFree } from '../../platform/listening-ports.ts';
import type { OnProgress } from '../../platform/progress.ts';
import type { StackContainer } from '../docker-objects.ts';
import { isOtherMemory } from '../memory.ts';
import { byService, type StackPlan } from '../plan.ts';
import type { StackPorts, StackRecord } from '../record.ts';
import { choosePorts } from './choose-ports.ts';
import type { StackContext } from './context.ts';
import { type Containers, createContainers, missingOf, serviceContainers } from './create-containers.ts';
import { ensureImage } from './images.ts';
import { reportStep } from './report-step.ts';
import type { SavedState, SavedStateStore, SettledState } from './saved-state.ts';
import { portCause, StartObstacle, type StartOptions, startService } from './start-service.ts';

/** Ten seconds of them. */
const goneLooks = 200;

/** What stands in the way is put out of it so many times: a port that somebody takes just before we do, a network that was pruned. */
const attempts = 5;

export interface BringUpOptions {
  readonly services: readonly ServiceName[];
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** `new`: leave ports that a stranger listens on, rather than say so. A stack that never ran does so anyway. */
  readonly ports?: 'new' | undefined;
}

/** What was seen while services were brought up, and need not be asked for again. */
export interface Seen {
  /** What the probes answered. */
  readonly versions: ReadonlyMap<ServiceName, string>;
  /** Null where they changed since they were looked at. */
  readonly containers: Containers | null;
}

/** One bringing up of services: from whatever is there to all of them healthy and made ready. */
export class BringUp {
  private readonly context: StackContext;
  private readonly savedStates: SavedStateStore;
  private readonly options: BringUpOptions;
  private saved: SavedState;
  private readonly versions = new Map<ServiceName, string>();
  private readonly begun = Date.now();

  constructor(
    context: StackContext,
    savedStates: SavedStateStore,
    saved: SettledState,
    options: BringUpOptions,
  ) {
    this.context = context;
    this.savedStates = savedStates;
    this.saved = saved;
    this.options = options;
  }

  /** @throws TrainyardError with the cause */
  async run(): Promise<Seen> {
    const { services } = this.options;
    let found = await serviceContainers(this.context, this.saved.record.id);
    const plan = this.knownPlan();
    const isUp = (name: ServiceName) =>
      found.get(name)?.state === 'running' && found.get(name)?.plan === plan?.services[name].hash;
    const wasUp = plan !== null && services.every(isUp);
    if (wasUp) {
      const [obstacle] = await this.startAll(plan, found);
      if (obstacle) throw obstacle.fault;
    } else {
      for (let attempt = 1; !(await this.attempt(found, attempt)); attempt += 1)
        found = await serviceContainers(this.context, this.saved.record.id);
    }
    if (!this.saved.record.started) this.saved = this.savedStates.write(this.saved, { started: true });
    return { versions: this.versions, containers: wasUp ? found : null };
  }

  /** The plan by what is remembered; null where something else is wanted now, or not everything is known yet. */
  private knownPlan(): StackPlan | null {
    const { record } = this.saved;
    const isKnown = (name: ServiceName) => record.images[name]?.reference === this.context.images[name];
    if (record.memoryBytes === null || !this.options.services.every(isKnown)) return null;
    return this.plan(record);
  }

  private plan({ id, name, ports, images, memoryBytes }: StackRecord): StackPlan {
    const { files, memory, images: references } = this.context;
    const imageOf = (service: ServiceName) => {
      const known = images[service];
      return known?.reference === references[service]
        ? known
        : { reference: references[service], pinned: null, id: null };
    };
    return this.context.plan({
      id,
      name,
      home: files.home,
      ports,
      images: byService(imageOf),
      machineBytes: memoryBytes ?? 0,
      memory,
    });
  }

  /** False where something was put out of the way and the next attempt can get further. */
  private async attempt(found: Containers, attempt: number): Promise<boolean> {
    const { services, signal } = this.options;
    await Promise.all([this.chooseMemory(), this.ensureImages()]);
    await this.checkPorts(found, attempt);
    const plan = this.plan(this.saved.record);
    const file = this.context.files.writeCompose(plan.compose);
    const missing = missingOf(plan, services, found);
    let made = found;
    if (missing.length > 0) {
      await this.keepCopy();
      const stack = this.saved.record.id;
      await reportStep(this.options.onProgress, 'create', null, async () => {
        await createContainers(this.context, { stack, plan, file, services: missing, found, signal });
        return missing.join(', ');
      });
      made = await serviceContainers(this.context, stack);
    }
    const obstacles = await this.startAll(plan, made);
    const [first] = obstacles;
    if (!first) return true;
    if (attempt >= attempts) throw first.fault;
    for (const obstacle of obstacles) if (!(await this.clear(obstacle))) throw obstacle.fault;
    return false;
  }

  /** Answers what stood in the way of starts. @throws TrainyardError with the cause where something else failed */
  private async startAll(plan: StackPlan, found: Containers): Promise<readonly StartObstacle[]> {
    const { onProgress, signal, services } = this.options;
    const start: StartOptions = {
      context: this.context,
      saved: this.saved,
      onProgress,
      signal,
      since: this.begun,
    };
    const startOne = async (name: ServiceName) => {
      const container: StackContainer | undefined = found.get(name);
      if (!container) throw new Error(`the container of ${name} went away while the stack was brought up`);
      this.versions.set(name, await startService(start, name, container));
    };
    for (const wave of plan.order) {
      const wanted = wave.filter((name) => services.includes(name));
      // All of them first: nothing goes on behind the back of who is told of a failure.
      const results = await Promise.allSettled(wanted.map(startOne));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      const obstacles = failures.filter((failure) => failure instanceof StartObstacle);
      if (failures.length > obstacles.length)
        throw failures.find((failure) => !(failure instanceof StartObstacle));
      if (obstacles.length > 0) return obstacles;
    }
    return [];
  }

  private async chooseMemory(): Promise<void> {
    const { memoryBytes } = this.saved.record;
    const now = await this.context.daemon.memoryBytes();
    if (memoryBytes !== null && !isOtherMemory(memoryBytes, now)) return;
    this.saved = this.savedStates.write(this.saved, { memoryBytes: now });
  }

  private async ensureImages(): Promise<void> {
    const { daemon, images } = this.context;
    const { services, onProgress, signal } = this.options;
    await reportStep(onProgress, 'images', null, async () => {
      const known = this.saved.record.images;
      const here = await Promise.all(
        services.map(async (name) => {
          const image = await ensureImage(daemon, name, images[name], known[name], onProgress, signal);
          return [name, image] as const;
        }),
      );
      const now = { ...known, ...Object.fromEntries(here) };
      if (JSON.stringify(now) !== JSON.stringify(known))
        this.saved = this.savedStates.write(this.saved, { images: now });
      return services.map((name) => images[name]).join(', ');
    });
  }

  /** Passwords are never given to a container before a copy of them is safe. */
  private async keepCopy(): Promise<void> {
    const [image] = Object.values(this.saved.record.images);
    if (image) this.saved = await this.savedStates.keepCopy(this.saved, image.id);
  }

  private get mayMovePorts(): boolean {
    return !this.saved.record.started || this.options.ports === 'new';
  }

  /** Whoever listens on a port of a service that is not running is a stranger. @throws TrainyardError PORT_TAKEN */
  private async checkPorts(found: Containers, attempt: number): Promise<void> {
    const { record } = this.saved;
    const holdsNone = ['created', 'exited', 'dead'];
    const idle = this.options.services.filter((name) =>
      holdsNone.includes(found.get(name)?.state ?? 'created'),
    );
    const ports = idle.flatMap((service) =>
      Object.values(record.ports[service]).map((port) => ({ service, port })),
    );
    const free = await Promise.all(ports.map(({ port }) => isPortFree(port)));
    const taken = ports.filter((_port, index) => !free[index]);
    const [first] = taken;
    if (!first) return;
    if (attempt >= attempts || !this.mayMovePorts)
      throw await portCause(this.context, record, first.service, first.port);
    await this.movePorts(taken.map(({ service }) => service));
  }

  private async movePorts(services: readonly ServiceName[]): Promise<void> {
    const { daemon } = this.context;
    const { id, ports } = this.saved.record;
    const kept: Partial<StackPorts> = Object.fromEntries(
      serviceNames.filter((name) => !services.includes(name)).map((name) => [name, ports[name]]),
    );
    await reportStep(this.options.onProgress, 'ports', null, async () => {
      const chosen = await choosePorts(daemon, id, kept);
      this.saved = this.savedStates.write(this.saved, { ports: chosen });
      return services.map((name) => `${name} ${chosen[name].main}`).join(', ');
    });
  }

  /** Whether what stood in a start's way could be put out of it without anybody. */
  private async clear({ kind, service, container }: StartObstacle): Promise<boolean> {
    if (kind === 'gone') {
      // The daemon finishes the removal; what is made before that would be in its way.
      for (let looks = 0; looks < goneLooks && (await this.context.daemon.container(container)); looks += 1)
        await delay(50);
      return true;
    }
    if (kind === 'network lost') {
      await this.context.daemon.remove('container', container);
      return true;
    }
    if (!this.mayMovePorts) return false;
    await this.movePorts([service]);
    return true;
  }
}
