import type { Logger } from 'pino';
import type { ApiContext } from '../api/implementer.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import type { OnProgress } from '../platform/progress.ts';
import { OperationJournal } from '../stack/operations.ts';
import { stackImages } from '../stack/stack-images.ts';
import type { LocalStack } from '../stack/verbs/open-stack.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import { chooseProfile } from './profile.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

type StackApi = Pick<ApiContext['engine'], 'operations' | 'stack' | 'stackLogs' | 'useProfile'>;

/**
 * The stack as the engine has it: its stores are closed before the stack is taken down, and opened when it is up.
 * @param supervisor asked when something is done, not before
 */
export function engineStackOf(
  home: string,
  settings: SettingsStore,
  log: Logger,
  supervisor: () => StoreSupervisor,
): AsyncDisposable & {
  /** What callers have of it. Only a whole stack's end takes the stores away: they outlive the restart of one of their servers. */
  readonly api: StackApi;
  /** Brings the stack up, watched by `onProgress` or else as an operation of its own, and says where its servers are. */
  endpoints(onProgress: OnProgress | null): Promise<StoreEndpoints>;
} {
  const operations = new OperationJournal((error) => log.warn({ err: error }, 'a verb of the stack failed'));
  let opening: Promise<LocalStack> | null = null;
  const open = async (): Promise<LocalStack> => {
    try {
      const { openLocalStack } = await import('../stack/verbs/open-stack.ts');
      return openLocalStack({
        home,
        environment: process.env,
        profile: () => supervisor().profile,
        images: stackImages(settings),
        log,
      });
    } catch (error) {
      // What the environment says of Docker cannot be used: the next try reads it again.
      opening = null;
      throw error;
    }
  };
  /** Loads what talks to Docker: an embedded engine that nobody asks about a stack does without. */
  const local = (): Promise<LocalStack> => {
    opening ??= open();
    return opening;
  };
  const holdsStores = (services: readonly unknown[]) =>
    services.length === 0 && supervisor().profile === 'docker';
  const asOperation = (work: (onProgress: OnProgress) => Promise<unknown>): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    operations.begin('up', [], async (onProgress) => {
      try {
        await work(onProgress);
        resolve();
        return null;
      } catch (error) {
        reject(error);
        throw error;
      }
    });
    return promise;
  };
  const api: StackApi = {
    operations,
    stackLogs: { read: async (query) => (await local()).logs.read(query) },
    stack: {
      status: async () => (await local()).stack.status(),
      up: async (options) => {
        const { stack } = await local();
        const state = await stack.up(options);
        if (holdsStores(options.services)) await supervisor().start(options.onProgress);
        return state;
      },
      down: async (options) => {
        const { stack } = await local();
        if (holdsStores(options.services)) await supervisor().stop();
        return stack.down(options);
      },
      restart: async (options) => (await local()).stack.restart(options),
      destroy: async (options) => {
        const { stack } = await local();
        const { name } = await stack.status();
        if (holdsStores(options.services) && name === options.name) await supervisor().stop();
        return stack.destroy(options);
      },
      urls: async () => (await local()).stack.urls(),
      usage: async () => (await local()).stack.usage(),
    },
    useProfile: async (profile) => {
      if (profile === 'external') {
        // Nobody is to be left without stores because no server was ever named.
        const { readExternal } = await import('../stores/profiles/external-file.ts');
        readExternal(home);
      }
      chooseProfile(settings, profile);
      await supervisor().switchTo(profile);
    },
  };
  return {
    api,
    endpoints: async (onProgress) => {
      const { stack } = await local();
      const up = (report: OnProgress) => stack.up({ services: [], onProgress: report });
      await (onProgress ? up(onProgress) : asOperation(up));
      return stack.endpoints();
    },
    [Symbol.asyncDispose]: async () => {
      const opened = await opening?.catch(() => null);
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
