import type { StackState, StackUrls, StackUsage } from '../../shared/contract/stack.ts';
import { TrainyardError } from '../../shared/model/errors.ts';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import { failpoint } from '../platform/failpoints.ts';
import type { Tell } from '../platform/progress.ts';
import { endpointsOf, urlsOf } from './addresses.ts';
import { BringUp, type BringUpOptions, type Seen } from './bring-up.ts';
import type { StackIdentity } from './identity.ts';
import type { Stack } from './ports.ts';
import { removeStack } from './removal.ts';
import { tellStep } from './report-step.ts';
import type { StackParts } from './stack-parts.ts';
import { Notebook, type Notes } from './stack-state.ts';
import { graceSeconds } from './start-service.ts';
import { readState } from './state.ts';
import { causeOf } from './verb-causes.ts';

const silent: Tell = () => {};

function orAll(services: readonly ServiceName[]): readonly ServiceName[] {
  return services.length > 0 ? serviceNames.filter((name) => services.includes(name)) : serviceNames;
}

function absent(home: string): TrainyardError {
  return new TrainyardError(
    'STACK_ABSENT',
    `The state folder ${home} has no stack`,
    'Make one: trainyard stack up',
    { status: 409 },
  );
}

/** The stack of a state folder on the Docker Engine. */
export class StackService implements Stack {
  private readonly parts: StackParts;
  private readonly notebook: Notebook;

  constructor(parts: StackParts) {
    this.parts = parts;
    this.notebook = new Notebook(parts);
  }

  status(): Promise<StackState> {
    return this.causing(() => readState(this.parts, this.notebook));
  }

  up(options: BringUpOptions): Promise<StackState> {
    return this.verb('up', options.tell, options.signal, () => this.bringUp(options));
  }

  down({ services, tell }: { services: readonly ServiceName[]; tell: Tell }): Promise<StackState> {
    return this.verb('down', tell, undefined, () => this.takeDown(orAll(services), tell));
  }

  restart({ services, tell }: { services: readonly ServiceName[]; tell: Tell }): Promise<StackState> {
    return this.verb('restart', tell, undefined, async () => {
      await this.takeDown(orAll(services), tell);
      return this.bringUp({ services, tell });
    });
  }

  destroy(options: {
    readonly name: string;
    readonly services: readonly ServiceName[];
    readonly tell: Tell;
    readonly beforeRemoval?: () => Promise<void>;
  }): Promise<StackState> {
    const { name, services, tell, beforeRemoval } = options;
    return this.verb('destroy', tell, undefined, async () => {
      const known = await this.notebook.peek();
      if (!known) throw absent(this.parts.files.home);
      if (known.record.name !== name) {
        throw new TrainyardError(
          'STACK_NAME_WRONG',
          `The stack of this state folder is called ${known.record.name}, not "${name}"; nothing was removed`,
          `Give its name to remove it with all its data: trainyard stack destroy --name ${known.record.name}`,
          { status: 409 },
        );
      }
      await beforeRemoval?.();
      if (this.parts.files.read().kind === 'damaged') this.parts.files.setAside();
      await removeStack(this.parts, known.record, orAll(services), tell);
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
      const notes = files.read();
      if (notes.kind === 'whole') return { id: notes.record.id, name: notes.record.name };
      const [found] = await daemon.stacksOf(files.home);
      return found ? { id: found.id, name: found.name } : null;
    });
  }

  private async known(): Promise<Notes> {
    return this.causing(async () => {
      const { files, credentials, lock } = this.parts;
      const notes = files.read();
      const secrets = notes.kind === 'whole' ? credentials.load() : null;
      if (notes.kind === 'whole' && secrets) return { record: notes.record, secrets };
      using _held = await lock.acquire(() => {});
      const recovered = await this.notebook.open(silent);
      if (!recovered) throw absent(files.home);
      return recovered;
    });
  }

  private async bringUp(options: BringUpOptions): Promise<Seen> {
    const { tell } = options;
    let notes = await this.notebook.open(tell);
    const removal = notes?.record.removal;
    if (notes && removal) {
      if (removal.volumes) {
        // Somebody gave the stack's name to have it removed, and part of its data is gone: the rest of it is worth nothing.
        await removeStack(this.parts, notes.record, removal.services, tell);
        notes = await this.notebook.open(tell);
      } else {
        notes = this.notebook.write(notes, { removal: null });
      }
    }
    notes ??= await this.notebook.begin();
    if (notes.record.stopping.length > 0) {
      // A container that is being stopped still runs, and may even answer: wait for its end.
      await this.stop(notes.record.id, notes.record.stopping, tell);
      notes = this.notebook.write(notes, { stopping: [] });
    }
    const services = orAll(options.services);
    return new BringUp(this.parts, this.notebook, notes, { ...options, services }).run();
  }

  private async takeDown(services: readonly ServiceName[], tell: Tell): Promise<undefined> {
    const identity = await this.identity();
    if (!identity) return undefined;
    const { files } = this.parts;
    const notes = files.read();
    const record = notes.kind === 'whole' ? notes.record : null;
    if (record) files.write({ ...record, stopping: [...services] });
    await this.stop(identity.id, services, tell);
    if (record) files.write({ ...record, stopping: [] });
    return undefined;
  }

  private async stop(stack: string, services: readonly ServiceName[], tell: Tell): Promise<void> {
    const { daemon } = this.parts;
    const containers = await daemon.containers(stack);
    await tellStep(tell, 'stop', null, async () => {
      const stopped = await Promise.all(
        containers.map(async ({ id, service, state }) => {
          if (!service || !services.includes(service) || state === 'exited' || state === 'created')
            return null;
          failpoint('stack.down.stop.before');
          await daemon.stop(id, graceSeconds);
          failpoint('stack.down.stop.after');
          tell({ type: 'service', service, status: 'stopped' });
          return service;
        }),
      );
      return stopped.filter((service) => service !== null).join(', ');
    });
  }

  /** Does a verb alone, then looks what stands. */
  private verb(
    verb: string,
    tell: Tell,
    signal: AbortSignal | undefined,
    work: () => Promise<Seen | undefined>,
  ): Promise<StackState> {
    const { log } = this.parts;
    return this.causing(async () => {
      using _held = await this.takeLock(tell, signal);
      log.info({ verb }, 'the stack: begun');
      let seen: Seen | undefined;
      try {
        seen = await work();
        log.info({ verb }, 'the stack: done');
      } catch (error) {
        log.info({ verb, code: error instanceof TrainyardError ? error.code : null }, 'the stack: failed');
        throw error;
      }
      return readState(this.parts, this.notebook, seen);
    });
  }

  private async takeLock(tell: Tell, signal: AbortSignal | undefined): Promise<Disposable> {
    const begun = performance.now();
    const say = (status: 'running' | 'done', durationMs: number | null) =>
      tell({
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
      say('running', null);
    }, signal);
    if (waited) say('done', Math.round(performance.now() - begun));
    return held;
  }

  private async causing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw causeOf(error, this.parts.files.home);
    }
  }
}
