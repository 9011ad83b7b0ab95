import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Profile } from '../../shared/model/stack.ts';
import { shareDatabasePassword } from '../platform/home.ts';
import { innerNames, makeInner, newInnerName, removeInner } from '../platform/inner-states.ts';
import { linkAlike } from '../platform/state-folder.ts';
import { dataEntries, keptPrevious, readDecision } from '../platform/state-switch.ts';
import {
  openWayToInner,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../postgres/embedded/embedded-postgres.ts';
import { type Images, stackImages } from '../stack/stack-images.ts';
import type { StackOptions } from '../stack/verbs/context.ts';
import { type LocalStack, openLocalStack } from '../stack/verbs/open-stack.ts';
import { openStores } from '../stores/profiles/open-stores.ts';
import { nothingToKeep, type Stores } from '../stores/profiles/stores.ts';
import { openSettings, type SettingsStore } from '../stores/settings/settings-store.ts';

/** What state folders have in common that one of them is within the other. */
export interface AsideParts {
  /** The outer one. */
  readonly home: string;
  readonly profile: Profile;
  readonly settings: SettingsStore;
  readonly log: Logger;
  /** Of its stack, where others are wanted than were chosen. */
  readonly images?: Images;
}

/** Stores of their own, in a state folder within the state folder: nothing that is served has to do with them. */
export interface Aside extends AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly stores: Stores;
  readonly settings: SettingsStore;
  /** Closes the stores and keeps what they hold, to be put into service. Disposing without it removes everything. */
  keep(): Promise<void>;
}

/** The stack of a state folder within ours, or ours. */
export const stackOf = (
  folder: string,
  { profile, settings, log, images = stackImages(settings) }: AsideParts,
  steps?: StackOptions['steps'],
): LocalStack =>
  openLocalStack({
    ...{ home: folder, environment: process.env, profile: () => profile, images, log },
    ...(steps && { steps }),
  });

/** The services that hold stores. */
const storeServices = ['postgres', 'mongo', 'redis', 's3'] as const;

/**
 * Makes empty stores of the profile beside those that are served: a PostgreSQL and files, or a whole stack with its own ports and volumes.
 * For whoever has the state folder's lock.
 * @throws what opening stores throws; nothing is left then
 */
export async function openAside(parts: AsideParts): Promise<Aside> {
  const { home, profile, log } = parts;
  const name = newInnerName('aside');
  const folder = await makeInner(home, name);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeState(folder, parts));
  openWayToInner(home);
  linkAlike(home, folder, dataEntries);
  shareDatabasePassword(home, folder);
  await using opening = new AsyncDisposableStack();
  const settings = opening.use(openSettings(folder));
  const servers = {
    postgres: () => startEmbeddedPostgres(folder),
    stack: async () => {
      const local = opening.use(stackOf(folder, parts));
      await local.stack.up({ services: storeServices, onProgress: () => {} });
      return local.stack.endpoints();
    },
  };
  const stores = await openStores(profile, folder, log, servers, nothingToKeep);
  opening.use(stores);
  opening.defer(async () => stores.expectEnd());
  const opened = opening.move();
  const removal = undo.move();
  return {
    ...{ name, folder, stores, settings },
    keep: async () => {
      // From here on it may be what a switch needs: only a sweep, which knows of switches, removes it.
      removal.move();
      await opened.disposeAsync();
    },
    [Symbol.asyncDispose]: async () => {
      await opened.disposeAsync();
      await removal.disposeAsync();
    },
  };
}

/** Removes a state folder within ours, with its servers: stopped ones and such as a kill left. Harmless where it is gone, or was moved. */
export async function removeState(folder: string, parts: AsideParts): Promise<void> {
  if (!existsSync(folder)) return;
  if (existsSync(path.join(folder, 'stack'))) {
    await using local = stackOf(folder, parts);
    const { name } = await local.stack.status();
    if (name !== null) await local.stack.destroy({ name, services: [], onProgress: () => {} });
  }
  await removeEmbeddedPostgres(folder);
  await removeInner(folder);
}

/** Removes what kills left of earlier restores and drills, and states that are not to be kept any more. What cannot be removed now is, the next time. */
export async function sweepStates(parts: AsideParts): Promise<void> {
  // A switch that is not at its end needs them.
  if (readDecision(parts.home)) return;
  const keep = keptPrevious(parts.home);
  for (const name of [...innerNames(parts.home, 'aside'), ...innerNames(parts.home, 'previous')]) {
    if (name === keep) continue;
    try {
      await removeState(path.join(parts.home, name), parts);
    } catch (error) {
      parts.log.warn({ err: error, name }, 'what an earlier restore left could not be removed');
    }
  }
}
