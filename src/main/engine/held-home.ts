import type { Logger } from 'pino';
import { fault } from '../../shared/errors/catalogue.ts';
import { insteadOfStarting } from '../../shared/errors/engine.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import type { Profile } from '../../shared/model/stack.ts';
import { acquireEngineLock, ensureSecrets, markRunning, openHome } from '../platform/home.ts';
import { withLastResort } from '../platform/last-resort.ts';
import { createLog } from '../platform/log.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded/embedded-postgres.ts';
import { openSettings, type SettingsStore } from '../stores/settings/settings-store.ts';
import { finishDecided } from './decided-switch.ts';
import { watchHome } from './home-watch.ts';
import { chosenProfile } from './profile.ts';

export interface EngineOptions {
  /** Absolute. */
  readonly home: string;
  /** Left out: the one chosen for the state folder. */
  readonly profile?: Profile;
  /** False: its stores are left alone. */
  readonly opensStores?: false;
  /** Make another token, and have every page come with a link again. */
  readonly newToken?: boolean;
  /** Make and train the sample project on the first start. */
  readonly sample: boolean;
  /** 0: any free one. Left out: the one of last time where it is free. */
  readonly port?: number;
  /** Stop by itself once nothing is under way and nobody has been there for so long. Left out: never. */
  readonly idleStopMs?: number;
}

/** A state folder that is this process's, with what every engine has from its first moment. */
export interface HeldHome {
  readonly home: string;
  readonly token: string;
  readonly settings: SettingsStore;
  readonly profile: Profile;
  /** The server of the embedded profile, which is on its way up; null in others. */
  readonly postgres: Promise<EmbeddedPostgres> | null;
  readonly log: Logger;
  /** @throws TrainyardError HOME_MOVED once the folder is not at its path any more */
  readonly checkHome: () => void;
  /** What ends the engine after an error that nothing handled, or when its folder is gone. */
  readonly ending: { inOrder: (error: TrainyardError) => void };
}

/** Takes the state folder. What has to be taken back goes onto the stack. @throws TrainyardError ENGINE_RUNNING */
export function holdHome(options: EngineOptions, stack: AsyncDisposableStack): HeldHome {
  const home = openHome(options.home);
  const lock = acquireEngineLock(home);
  if (!lock) throw fault('ENGINE_RUNNING', { home, which: '', stop: '', instead: insteadOfStarting });
  stack.use(lock);
  stack.use(markRunning(home, options.newToken ?? false));
  const log = createLog(home);
  const ending = { inOrder: (_error: TrainyardError): void => process.exit(1) };
  stack.use(
    withLastResort({
      log: (error, message) => log.error({ err: error }, message),
      end: (error) => ending.inOrder(error),
    }),
  );
  const homeWatch = stack.use(
    watchHome(home, (error) => {
      log.error({ err: error }, 'the state folder is gone; the engine stops');
      ending.inOrder(error);
    }),
  );
  const { engineToken: token } = ensureSecrets(home);
  const settings = stack.use(openSettings(home));
  const profile = chosenProfile(settings, options.profile);
  const startPostgres = async () => {
    await finishDecided(home, settings);
    return startEmbeddedPostgres(home, { isPasswordTried: false });
  };
  const postgres = profile === 'embedded' && options.opensStores !== false ? startPostgres() : null;
  // Its fault is reported where the stores are opened, which is later.
  postgres?.catch(() => undefined);
  // What opened the stores has stopped it already: this is for a start that does not come so far.
  stack.defer(async () => (await postgres?.catch(() => null))?.stop());
  return { home, token, settings, profile, postgres, log, checkHome: () => homeWatch.check(), ending };
}
