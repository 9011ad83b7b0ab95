import type { Logger } from 'pino';
import type { Profile } from '../../shared/model/stack.ts';
import type { ApiContext } from '../api/implementer.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import type { OnProgress } from '../platform/progress.ts';
import { OperationJournal } from '../stack/operations.ts';
import { stackImages } from '../stack/stack-images.ts';
import type { LocalStack } from '../stack/verbs/open-stack.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import { chooseProfile } from './profile.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

type EngineApi = ApiContext['engine'];

/** The stack as the engine has it: its stores are closed before the stack is taken down, and opened when it is up. */
export class EngineStack implements AsyncDisposable {
  private readonly home: string;
  private readonly settings: SettingsStore;
  private readonly log: Logger;
  private readonly supervisor: () => StoreSupervisor;
  readonly operations: OperationJournal;
  private opened: LocalStack | null = null;
  private opening: Promise<LocalStack> | null = null;

  /** @param supervisor asked when something is done, not before */
  constructor(home: string, settings: SettingsStore, log: Logger, supervisor: () => StoreSupervisor) {
    this.home = home;
    this.settings = settings;
    this.log = log;
    this.supervisor = supervisor;
    this.operations = new OperationJournal((error) => log.warn({ err: error }, 'a verb of the stack failed'));
  }

  /** Loads what talks to Docker: an embedded engine that nobody asks about a stack does without. */
  private local(): Promise<LocalStack> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<LocalStack> {
    try {
      const { openLocalStack } = await import('../stack/verbs/open-stack.ts');
      this.opened = openLocalStack({
        home: this.home,
        environment: process.env,
        profile: () => this.supervisor().profile,
        images: stackImages(this.settings),
        log: this.log,
      });
      return this.opened;
    } catch (error) {
      // What the environment says of Docker cannot be used: the next try reads it again.
      this.opening = null;
      throw error;
    }
  }

  /** Brings the stack up, watched by `onProgress` or else as an operation of its own, and says where its servers are. */
  async endpoints(onProgress: OnProgress | null): Promise<StoreEndpoints> {
    const { stack } = await this.local();
    if (onProgress) await stack.up({ services: [], onProgress });
    else await this.asOperation((report) => stack.up({ services: [], onProgress: report }));
    return stack.endpoints();
  }

  private asOperation(work: (onProgress: OnProgress) => Promise<unknown>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.operations.begin('up', [], async (onProgress) => {
      try {
        await work(onProgress);
        resolve();
      } catch (error) {
        reject(error);
        throw error;
      }
    });
    return promise;
  }

  readonly logs: EngineApi['stackLogs'] = { read: async (query) => (await this.local()).logs.read(query) };

  /** Goes over to a profile's stores and keeps the choice. @throws TrainyardError EXTERNAL_NOT_SET, EXTERNAL_INVALID */
  async useProfile(profile: Profile): Promise<void> {
    if (profile === 'external') {
      // Nobody is to be left without stores because no server was ever named.
      const { readExternal } = await import('../stores/profiles/external-file.ts');
      readExternal(this.home);
    }
    chooseProfile(this.settings, profile);
    await this.supervisor().switchTo(profile);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened?.[Symbol.asyncDispose]();
  }

  /** The verbs. Only a whole stack's end takes the stores away: they outlive the restart of one of their servers. */
  readonly stack: EngineApi['stack'] = {
    status: async () => (await this.local()).stack.status(),
    up: async (options) => {
      const { stack } = await this.local();
      const state = await stack.up(options);
      if (this.holdsStores(options.services)) await this.supervisor().start(options.onProgress);
      return state;
    },
    down: async (options) => {
      const { stack } = await this.local();
      if (this.holdsStores(options.services)) await this.supervisor().stop();
      return stack.down(options);
    },
    restart: async (options) => (await this.local()).stack.restart(options),
    destroy: async (options) => {
      const { stack } = await this.local();
      const { name } = await stack.status();
      if (this.holdsStores(options.services) && name === options.name) await this.supervisor().stop();
      return stack.destroy(options);
    },
    urls: async () => (await this.local()).stack.urls(),
    usage: async () => (await this.local()).stack.usage(),
  };

  private holdsStores(services: readonly unknown[]): boolean {
    return services.length === 0 && this.supervisor().profile === 'docker';
  }
}
