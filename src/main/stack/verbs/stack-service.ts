import type { StackState, StackUrls, StackUsage } from '../../../shared/contract/stack.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { detailOf, type OnProgress, reportStep } from '../../platform/progress.ts';
import { endpointsOf, urlsOf } from '../addresses.ts';
import { causeOf } from '../causes.ts';
import type { StackIdentity } from '../docker-objects.ts';
import type { StackPorts, StackRecord } from '../record.ts';
import { type BringUpOptions, bringUp, type Seen } from './bring-up.ts';
import type { StackContext } from './context.ts';
import { type ImageChange, imageChanges, keptImages } from './image-changes.ts';
import { readState } from './read-state.ts';
import { removeMakeable, removeStack } from './remove-stack.ts';
import { type SavedState, SavedStateStore } from './saved-state.ts';
import { schemaDump } from './schema-dump.ts';
import { graceSeconds } from './start-service.ts';

const silent: OnProgress = () => {};

function orAll(services: readonly ServiceName[]): readonly ServiceName[] {
  return services.length > 0 ? serviceNames.filter((name) => services.includes(name)) : serviceNames;
}

const absent = (home: string) => fault('STACK_ABSENT', { home });

/** What a verb is to do; no services means all of them. */
interface VerbOptions {
  readonly services: readonly ServiceName[];
  readonly onProgress: OnProgress;
}

/**
 * The stack of one state folder on the Docker Engine. Its state is with the daemon and in the state folder, so that any process may
 * act on it; one at a time does, under an operating-system lock of the state folder. A verb runs to its end and reports each step; it
 * waits for another one that is at work, and then does what is left to do.
 * Every call: @throws TrainyardError with the cause of the failure; `details.lines` are the service's last lines
 */
export class StackService {
  private readonly context: StackContext;
  private readonly savedStates: SavedStateStore;

  constructor(context: StackContext) {
    this.context = context;
    this.savedStates = new SavedStateStore(context);
  }

  /** Now, from the daemon; probes what runs. */
  status(): Promise<StackState> {
    return this.causing(() => readState(this.context, this.savedStates));
  }

  up(options: BringUpOptions): Promise<StackState> {
    return this.verb('up', options.onProgress, options.signal, () => this.bringUp(options));
  }

  down({ services, onProgress }: VerbOptions): Promise<StackState> {
    return this.verb('down', onProgress, undefined, () => this.takeDown(orAll(services), onProgress));
  }

  restart({ services, onProgress }: VerbOptions): Promise<StackState> {
    return this.verb('restart', onProgress, undefined, async () => {
      await this.takeDown(orAll(services), onProgress);
      return this.bringUp({ services, onProgress });
    });
  }

  /**
   * Takes the stack out of service: stopped, with nothing left but its volumes and what is kept of it, from which `up` makes it again.
   * @param ports that it has from then on, where others are wanted
   * @returns its ports; null where there is no stack
   */
  async retire(onProgress: OnProgress, ports?: StackPorts): Promise<StackPorts | null> {
    let left: StackPorts | null = null;
    await this.verb('retire', onProgress, undefined, async () => {
      await this.takeDown(serviceNames, onProgress);
      const saved = await this.savedStates.open(onProgress);
      if (!saved) return undefined;
      await removeMakeable(this.context, saved.record, onProgress);
      left = (ports ? this.savedStates.write(saved, { ports }) : saved).record.ports;
      return undefined;
    });
    return left;
  }

  /** Which images it is to run that it was not served by last; changes nothing. */
  imageChanges(): Promise<ImageChange[]> {
    return this.causing(async () => {
      const known = await this.savedStates.peek();
      return known ? imageChanges(this.context, known.record) : [];
    });
  }

  /**
   * Lets it keep the images that it was last served by, in the place of those that are chosen now, until others are.
   * @param images those that it is to have instead of the ones that it has
   * @returns those that it has from now on
   */
  keepImages(images?: StackRecord['images']): Promise<StackRecord['images']> {
    return this.rewritten(({ record }) => keptImages(this.context, images ? { ...record, images } : record));
  }

  /** Lets it run what is chosen from its next start on. @returns the images that it was served by */
  releaseImages(): Promise<StackRecord['images']> {
    return this.rewritten(async () => ({ keeps: {} }));
  }

  /** @throws TrainyardError STACK_NAME_WRONG if `name` is not the stack's */
  destroy({ name, services, onProgress }: VerbOptions & { readonly name: string }): Promise<StackState> {
    return this.verb('destroy', onProgress, undefined, async () => {
      const known = await this.savedStates.peek();
      if (!known) throw absent(this.context.files.home);
      if (known.record.name !== name)
        throw fault('STACK_NAME_WRONG', { name: known.record.name, given: name });
      if (this.context.files.isDamaged) this.context.files.setAside();
      await removeStack(this.context, known.record, orAll(services), onProgress);
      return undefined;
    });
  }

  /** @throws TrainyardError STACK_ABSENT before the first `up` */
  async endpoints(): Promise<StoreEndpoints> {
    const { record, secrets } = await this.known();
    const { postgres, ...others } = endpointsOf(record.ports, secrets);
    const dumpSchema = (exported: string) =>
      this.causing(() => schemaDump(this.context.daemon, record.id, exported));
    return { ...others, postgres: { ...postgres, dumpSchema } };
  }

  async urls(): Promise<StackUrls> {
    const { record, secrets } = await this.known();
    return urlsOf(record.ports, secrets);
  }

  usage(): Promise<StackUsage> {
    return this.causing(async () => {
      const identity = await this.identity();
      const containers = identity ? await this.context.daemon.containers(identity.id) : [];
      const running = containers.flatMap(({ service, state, id }) =>
        service && state === 'running' ? [[service, id] as const] : [],
      );
      return this.context.measure(new Map(running));
    });
  }

  /** Which stack this is; null if there is none yet. */
  identity(): Promise<StackIdentity | null> {
    return this.causing(async () => {
      const { files, daemon } = this.context;
      return files.read() ?? (await daemon.stacksOf(files.home))[0] ?? null;
    });
  }

  private rewritten(
    change: (saved: SavedState) => Promise<Partial<StackRecord> | null>,
  ): Promise<StackRecord['images']> {
    return this.causing(async () => {
      using _held = await this.takeLock(silent, undefined);
      const saved = await this.savedStates.open(silent);
      if (!saved) return {};
      const changed = await change(saved);
      return (changed ? this.savedStates.write(saved, changed) : saved).record.images;
    });
  }

  private async known(): Promise<SavedState> {
    return this.causing(async () => {
      const { files } = this.context;
      const record = files.read();
      const secrets = record && files.readSecrets();
      if (secrets) return { record, secrets };
      using _held = await files.lock(() => {});
      const recovered = await this.savedStates.open(silent);
      if (!recovered) throw absent(files.home);
      return recovered;
    });
  }

  private async bringUp(options: BringUpOptions): Promise<Seen> {
    const { onProgress } = options;
    let saved = await this.savedStates.open(onProgress);
    const removal = saved?.record.removal;
    if (saved && removal?.volumes) {
      // Somebody gave the stack's name to have it removed, and part of its data is gone: the rest of it is worth nothing.
      await removeStack(this.context, saved.record, removal.services, onProgress);
      saved = await this.savedStates.open(onProgress);
    }
    saved ??= await this.savedStates.begin();
    // A container that is being stopped still runs, and may even answer: wait for its end.
    if (saved.record.stopping.length > 0) await this.stop(saved.record.id, saved.record.stopping, onProgress);
    const settled = this.savedStates.settle(saved);
    const services = orAll(options.services);
    return bringUp(this.context, this.savedStates, settled, { ...options, services });
  }

  private async takeDown(services: readonly ServiceName[], onProgress: OnProgress): Promise<undefined> {
    const identity = await this.identity();
    if (!identity) return;
    const { files } = this.context;
    const record = files.read();
    if (record) files.write({ ...record, stopping: [...services] });
    await this.stop(identity.id, services, onProgress);
    if (record) files.write({ ...record, stopping: [] });
  }

  private async stop(stack: string, services: readonly ServiceName[], onProgress: OnProgress): Promise<void> {
    const { daemon } = this.context;
    const containers = await daemon.containers(stack);
    await reportStep(onProgress, 'stop', null, async () => {
      const stopped = await Promise.all(
        containers.map(async ({ id, service, state }) => {
          if (!service || !services.includes(service) || state === 'exited' || state === 'created')
            return null;
          failpoint('stack.down.stop.before');
          await daemon.stop(id, graceSeconds);
          failpoint('stack.down.stop.after');
          onProgress({ type: 'service', service, status: 'stopped' });
          return service;
        }),
      );
      return stopped.filter((service) => service !== null).join(', ');
    });
  }

  /** Does a verb under the lock, then returns the state of the stack. */
  private verb(
    verb: string,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
    work: () => Promise<Seen | undefined>,
  ): Promise<StackState> {
    return this.causing(async () => {
      using _held = await this.takeLock(onProgress, signal);
      const { log } = this.context;
      log.info({ verb }, 'the stack: begun');
      const seen = await work().catch((error: unknown) => {
        const code = error instanceof TrainyardError ? error.code : null;
        log.info({ verb, code }, 'the stack: failed');
        throw error;
      });
      log.info({ verb }, 'the stack: done');
      return readState(this.context, this.savedStates, seen);
    });
  }

  private async takeLock(onProgress: OnProgress, signal: AbortSignal | undefined): Promise<Disposable> {
    const begun = performance.now();
    const seen = { en: 'another command is running', ko: '다른 명령이 실행 중' };
    const step = { type: 'step', step: 'wait', service: null, ...detailOf(seen) } as const;
    let waited = false;
    const held = await this.context.files.lock(() => {
      waited = true;
      onProgress({ ...step, status: 'running', durationMs: null });
    }, signal);
    if (waited) onProgress({ ...step, status: 'done', durationMs: Math.round(performance.now() - begun) });
    return held;
  }

  private async causing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw causeOf(error);
    }
  }
}
