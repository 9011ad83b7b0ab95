import type { Logger } from 'pino';
import { fault, inBoth } from '../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import type { Profile } from '../../shared/model/stack.ts';
import type { ChangeFeed } from '../features/changes/change-feed.ts';
import type { OnProgress } from '../platform/progress.ts';
import { BackOff } from '../platform/waiting.ts';
import type { Readiness } from '../server/probes.ts';
import type { OpenServices } from './open-services.ts';

type State =
  | { readonly kind: 'open'; readonly opened: OpenServices }
  | { readonly kind: 'opening' }
  /** Somebody stopped the stack: nothing is opened before somebody starts it. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly cause: unknown };

/** Opens the stores of a profile and everything on them; `onProgress` is there where somebody watches. */
type OpenProfile = (profile: Profile, onProgress: OnProgress | null) => Promise<OpenServices>;

const doctorHint = {
  en: '"trainyard doctor" has details.',
  ko: '"trainyard doctor"가 더 자세히 알려 줍니다.',
};
const stopped = {
  state: { en: 'are stopped', ko: '가 멈춰 있습니다' },
  remedy: {
    en: 'Start the stack ("trainyard stack up"), or choose another profile.',
    ko: '스택을 시작하거나("trainyard stack up") 다른 프로필을 고르세요.',
  },
};

const firstPauseMs = 2000;
const longestPauseMs = 30_000;

/**
 * Holds the open services of the engine: none while the stack of its profile is stopped, starting or broken, another one after the profile
 * was changed. One change at a time.
 */
export class StoreSupervisor implements AsyncDisposable {
  private readonly openProfile: OpenProfile;
  private readonly changes: ChangeFeed;
  private readonly log: Logger;
  private state: State = { kind: 'opening' };
  private chosen: Profile;
  private change: Promise<unknown> = Promise.resolve();
  private readonly backOff = new BackOff(firstPauseMs, longestPauseMs);
  private retry: NodeJS.Timeout | undefined;
  private over = false;

  constructor(openProfile: OpenProfile, profile: Profile, changes: ChangeFeed, log: Logger) {
    this.openProfile = openProfile;
    this.changes = changes;
    this.log = log;
    this.chosen = profile;
  }

  get profile(): Profile {
    return this.chosen;
  }

  /** Null while the stores are not there. */
  get open(): OpenServices | null {
    return this.state.kind === 'open' ? this.state.opened : null;
  }

  /** @throws TrainyardError STORES_STARTING (ask again), STORES_NOT_READY with what can be done */
  get current(): OpenServices {
    if (this.state.kind === 'open') return this.state.opened;
    throw this.notReady();
  }

  /** Whether work can be done, for `/readyz`. */
  async readiness(): Promise<Readiness> {
    if (this.state.kind === 'open') return this.state.opened.readiness();
    return { ready: false, checks: { stores: { ok: false, message: this.notReady().message } } };
  }

  /** Opens the stores of the profile where they are not open. Rejects with the cause; then it is tried again in the background. */
  start(onProgress: OnProgress | null = null): Promise<void> {
    return this.exclusively(() => this.openNow(onProgress));
  }

  /** Closes the stores: trainers go on, and the next start takes them over. */
  stop(): Promise<void> {
    return this.exclusively(async () => {
      await this.closeNow();
      this.state = { kind: 'stopped' };
    });
  }

  /** Goes over to another profile's stores. Rejects where they can't be opened; that profile stays chosen, and is tried again. */
  switchTo(profile: Profile): Promise<void> {
    return this.exclusively(async () => {
      if (profile === this.chosen && this.state.kind === 'open') return;
      await this.closeNow();
      this.chosen = profile;
      await this.openNow(null);
    });
  }

  /** Runs `work` while the stores are closed, and opens those of the profile that it answers. */
  whileClosed(work: () => Promise<Profile>, onProgress: OnProgress): Promise<void> {
    return this.exclusively(async () => {
      await this.closeNow();
      // Whoever asks meanwhile is to ask again, not to start a stack.
      this.state = { kind: 'opening' };
      try {
        this.chosen = await work();
      } finally {
        await this.openNow(onProgress);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over = true;
    clearTimeout(this.retry);
    await this.exclusively(() => this.closeNow());
  }

  private async openNow(onProgress: OnProgress | null): Promise<void> {
    clearTimeout(this.retry);
    if (this.over || this.state.kind === 'open') return;
    this.state = { kind: 'opening' };
    try {
      const opened = await this.openProfile(this.chosen, onProgress);
      this.state = { kind: 'open', opened };
      await opened.start();
      this.backOff.reset();
      this.changes.startOver();
    } catch (error) {
      await this.closeNow();
      this.state = { kind: 'failed', cause: error };
      this.tryAgain();
      throw error;
    }
  }

  private tryAgain(): void {
    if (this.over) return;
    clearTimeout(this.retry);
    const pauseMs = this.backOff.next();
    this.retry = setTimeout(() => {
      if (this.over || this.state.kind !== 'failed') return;
      this.start().catch((error: unknown) => {
        this.log.warn({ err: error, pauseMs }, 'the stores cannot be opened; trying again');
      });
    }, pauseMs);
    this.retry.unref();
  }

  private async closeNow(): Promise<void> {
    if (this.state.kind !== 'open') return;
    const { opened } = this.state;
    this.state = { kind: 'stopped' };
    this.changes.startOver();
    await opened[Symbol.asyncDispose]();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.change.then(work, work);
    this.change = next.catch(() => undefined);
    return next;
  }

  private notReady(): TrainyardError {
    const { state, chosen: profile } = this;
    if (state.kind === 'opening') return fault('STORES_STARTING', { profile });
    if (state.kind !== 'failed') return fault('STORES_NOT_READY', { profile, ...stopped });
    const { cause } = state;
    const { message, hint } = inBoth(cause, doctorHint);
    const why = { en: `cannot be used: ${message.en}`, ko: `를 쓸 수 없습니다(${message.ko})` };
    return fault('STORES_NOT_READY', { profile, state: why, remedy: hint }, { cause });
  }
}
