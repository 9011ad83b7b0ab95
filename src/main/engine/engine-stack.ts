import type { Logger } from 'pino';
import type { Profile } from '../../shared/model/stack.ts';
import type { StackServices } from '../api/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import type { OnProgress } from '../platform/progress.ts';
import type { LocalStack } from '../stack/open-stack.ts';
import { OperationJournal } from '../stack/operations.ts';
import { stackImages } from '../stack/stack-images.ts';
import type { SettingsStore } from '../stores/settings/ports.ts';
import { chooseProfile } from './profile.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

type MigrateOptions = Parameters<StackServices['migrate']>[1];

export interface EngineStackParts {
  readonly home: string;
  readonly settings: SettingsStore;
  readonly log: Logger;
  /** Asked when something is done, not before. */
  readonly host: () => StoreSupervisor;
  /** Copies everything from the open stores of one profile to those of another. */
  readonly copy: (from: Profile, to: Profile, options: MigrateOptions) => Promise<void>;
}

/** The stack as the engine has it: its stores are closed before the stack is taken down, and opened when it is up. */
export class EngineStack implements AsyncDisposable {
  private readonly parts: EngineStackParts;
  private readonly operations: OperationJournal;
  private opened: LocalStack | null = null;
  private opening: Promise<LocalStack> | null = null;

  constructor(parts: EngineStackParts) {
    this.parts = parts;
    this.operations = new OperationJournal((error) =>
      parts.log.warn({ err: error }, 'a verb of the stack failed'),
    );
  }

  /** Loads what talks to Docker: an embedded engine that nobody asks about a stack does without. */
  private local(): Promise<LocalStack> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<LocalStack> {
    try {
      const { openLocalStack } = await import('../stack/open-stack.ts');
      const { home, log, host, settings } = this.parts;
      this.opened = openLocalStack({
        home,
        environment: process.env,
        profile: () => host().profile,
        images: stackImages(settings),
        log,
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
    return new Promise((resolve, reject) => {
      this.operations.begin('up', [], async (onProgress) => {
        try {
          await work(onProgress);
          resolve();
        } catch (error) {
          reject(error);
          throw error;
        }
      });
    });
  }

  services(): StackServices {
    const { settings, host, copy } = this.parts;
    return {
      stack: this.managed(),
      logs: { read: async (query) => (await this.local()).logs.read(query) },
      operations: this.operations,
      engineProfile: () => host().profile,
      useProfile: async (profile) => {
        if (profile === 'external') await this.requireExternal();
        chooseProfile(settings, profile);
        await host().switchTo(profile);
      },
      migrate: async (to, options) => {
        const from = host().profile;
        await host().whileClosed(async () => {
          await copy(from, to, options);
          chooseProfile(settings, to);
          return to;
        }, options.onProgress);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened?.[Symbol.asyncDispose]();
  }

  /** Nobody is to be left without stores because no server was ever named. @throws TrainyardError EXTERNAL_NOT_SET, EXTERNAL_INVALID */
  private async requireExternal(): Promise<void> {
    const { readExternal } = await import('../stores/profiles/external-file.ts');
    readExternal(this.parts.home);
  }

  /** Only a whole stack's end takes the stores away: they outlive the restart of one of their servers. */
  private managed(): StackServices['stack'] {
    const { host } = this.parts;
    const isOurs = (services: readonly unknown[]) => services.length === 0 && host().profile === 'docker';
    return {
      status: async () => (await this.local()).stack.status(),
      up: async (options) => {
        const { stack } = await this.local();
        const state = await stack.up(options);
        if (isOurs(options.services)) await host().start(options.onProgress);
        return state;
      },
      down: async (options) => {
        const { stack } = await this.local();
        if (isOurs(options.services)) await host().stop();
        return stack.down(options);
      },
      restart: async (options) => (await this.local()).stack.restart(options),
      destroy: async (options) => {
        const { stack } = await this.local();
        const { name } = await stack.status();
        if (isOurs(options.services) && name === options.name) await host().stop();
        return stack.destroy(options);
      },
      urls: async () => (await this.local()).stack.urls(),
      usage: async () => (await this.local()).stack.usage(),
    };
  }
}
