import type { StackState, StackUrls, StackUsage } from '../../shared/contract/stack.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import { failpoint } from '../platform/failpoints.ts';
import type { OnProgress } from '../platform/progress.ts';
import { endpointsOf, urlsOf } from './addresses.ts';
import { BringUp, type BringUpOptions, type Seen } from './bring-up.ts';
import { causeOf } from './causes.ts';
import type { StackIdentity } from './identity.ts';
import type { Stack } from './ports.ts';
import { removeStack } from './remove-stack.ts';
import { reportStep } from './report-step.ts';
import { type SavedState, SavedStateStore } from './saved-state.ts';
import type { StackParts } from './stack-parts.ts';
import { graceSeconds } from './start-service.ts';
import { readState } from './state.ts';

const silent: OnProgress = () => {};

function orAll(services: readonly ServiceName[]): readonly ServiceName[] {
  return services.length > 0 ? serviceNames.filter((name) => services.includes(name)) : serviceNames;
}

const absent = (home: string) => fault('STACK_ABSENT', { home });

/** The stack of a state folder on the Docker Engine. */
export class StackService implements Stack {
  private readonly parts: StackParts;
  private readonly savedStates: SavedStateStore;

  constructor(parts: StackParts) {
    this.parts = parts;
    this.savedStates = new SavedStateStore(parts);
  }

  status(): Promise<StackState> {
    return this.causing(() => readState(this.parts, this.savedStates));
  }

  up(options: BringUpOptions): Promise<StackState> {
    return this.verb('up', options.onProgress, options.signal, () => this.bringUp(options));
  }

  down({
    services,
    onProgress,
  }: {
    services: readonly ServiceName[];
    onProgress: OnProgress;
  }): Promise<StackState> {
    return this.verb('down', onProgress, undefined, () => this.takeDown(orAll(services), onProgress));
  }

  restart({
    services,
    onProgress,
  }: {
    services: readonly ServiceName[];
    onProgress: OnProgress;
  }): Promise<StackState> {
    return this.verb('restart', onProgress, undefined, async () => {
      await this.takeDown(orAll(services), onProgress);
      return this.bringUp({ services, onProgress });
    });
  }

  destroy(options: {
    readonly name: string;
    readonly services: readonly ServiceName[];
    readonly onProgress: OnProgress;
    readonly beforeRemoval?: () => Promise<void>;
  }): Promise<StackState> {
    const { name, services, onProgress, beforeRemoval } = options;
    return this.verb('destroy', onProgress, undefined, async () => {
      const known = await this.savedStates.peek();
      if (!known) throw absent(this.parts.files.home);
      if (known.record.name !== name)
        throw fault('STACK_NAME_WRONG', { name: known.record.name, given: name });
      await beforeRemoval?.();
      if (this.parts.files.read().kind === 'damaged') this.parts.files.setAside();
      await removeStack(this.parts, known.record, orAll(services), onProgress);
      return undefined;
    });
  }

  async endpoints(): Promise<StoreEndpoints> {
    const { record, secrets } = await this.known();
    return endpointsOf(record.ports, secrets);
  }

  async urls(): Promise<StackUrls> {
    const { record, secrets } = await this.known();
    return urlsOf(record.ports, secrets);
  }

  usage(): Promise<StackUsage> {
    return this.causing(async () => {
      const identity = await this.identity();
      const containers = identity ? await this.parts.daemon.containers(identity.id) : [];
      const running = containers.flatMap(({ service, state, id }) =>
        service && state === 'running' ? [[service, id] as const] : [],
      );
      return this.parts.usage(new Map(running));
    });
  }

  /** Which stack this is; null where there is none yet. */
  async identity(): Promise<StackIdentity | null> {
    return this.causing(async () => {
      const { files, daemon } = this.parts;
      const saved = files.read();
      if (saved.kind === 'whole') return { id: saved.record.id, name: saved.record.name };
      const [found] = await daemon.stacksOf(files.home);
      return found ? { id: found.id, name: found.name } : null;
    });
  }

  private async known(): Promise<SavedState> {
    return this.causing(async () => {
      const { files, credentials, lock } = this.parts;
      const saved = files.read();
      const secrets = saved.kind === 'whole' ? credentials.load() : null;
      if (saved.kind === 'whole' && secrets) return { record: saved.record, secrets };
      using _held = await lock.acquire(() => {});
      const recovered = await this.savedStates.open(silent);
      if (!recovered) throw absent(files.home);
      return recovered;
    });
  }

  private async bringUp(options: BringUpOptions): Promise<Seen> {
    const { onProgress } = options;
    let saved = await this.savedStates.open(onProgress);
    const removal = saved?.record.removal;
    if (saved && removal) {
      if (removal.volumes) {
        // Somebody gave the stack's name to have it removed, and part of its data is gone: the rest of it is worth nothing.
        await removeStack(this.parts, saved.record, removal.services, onProgress);
        saved = await this.savedStates.open(onProgress);
      } else {
        saved = this.savedStates.write(saved, { removal: null });
      }
    }
    saved ??= await this.savedStates.begin();
    if (saved.record.stopping.length > 0) {
      // A container that is being stopped still runs, and may even answer: wait for its end.
      await this.stop(saved.record.id, saved.record.stopping, onProgress);
      saved = this.savedStates.write(saved, { stopping: [] });
    }
    const services = orAll(options.services);
    return new BringUp(this.parts, this.savedStates, saved, { ...options, services }).run();
  }

  private async takeDown(services: readonly ServiceName[], onProgress: OnProgress): Promise<undefined> {
    const identity = await this.identity();
    if (!identity) return undefined;
    const { files } = this.parts;
    const saved = files.read();
    const record = saved.kind === 'whole' ? saved.record : null;
    if (record) files.write({ ...record, stopping: [...services] });
    await this.stop(identity.id, services, onProgress);
    if (record) files.write({ ...record, stopping: [] });
    return undefined;
  }

  private async stop(stack: string, services: readonly ServiceName[], onProgress: OnProgress): Promise<void> {
    const { daemon } = this.parts;
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

  /** Does a verb alone, then looks what stands. */
  private verb(
    verb: string,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
    work: () => Promise<Seen | undefined>,
  ): Promise<StackState> {
    const { log } = this.parts;
    return this.causing(async () => {
      using _held = await this.takeLock(onProgress, signal);
      log.info({ verb }, 'the stack: begun');
      let seen: Seen | undefined;
      try {
        seen = await work();
        log.info({ verb }, 'the stack: done');
      } catch (error) {
        log.info({ verb, code: error instanceof TrainyardError ? error.code : null }, 'the stack: failed');
        throw error;
      }
      return readState(this.parts, this.savedStates, seen);
    });
  }

  private async takeLock(onProgress: OnProgress, signal: AbortSignal | undefined): Promise<Disposable> {
    const begun = performance.now();
    const report = (status: 'running' | 'done', durationMs: number | null) =>
      onProgress({
        type: 'step',
        step: 'wait',
        service: null,
        status,
        detail: 'another verb is at work',
        durationMs,
      });
    let waited = false;
    const held = await this.parts.lock.acquire(() => {
      waited = true;
      report('running', null);
    }, signal);
    if (waited) report('done', Math.round(performance.now() - begun));
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
