import type { Logger } from 'pino';
import { errorMessage, TrainyardError } from '../../shared/model/errors.ts';
import type { Profile } from '../../shared/model/stack.ts';
import type { News } from '../features/news/news.ts';
import type { Tell } from '../platform/progress.ts';
import type { Readiness } from '../server/observability.ts';
import type { Session } from './open-services.ts';

type State =
  | { readonly kind: 'open'; readonly session: Session }
  | { readonly kind: 'opening' }
  /** Somebody stopped the stack: nothing is opened before somebody starts it. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly cause: unknown };

export interface SessionHostParts {
  /** Opens the stores of a profile and everything on them; `tell` is there where somebody watches. */
  readonly open: (profile: Profile, tell: Tell | null) => Promise<Session>;
  readonly news: News;
  readonly log: Logger;
}

const firstPauseMs = 2000;
const longestPauseMs = 30_000;

/**
 * Holds the session of the engine: none while the stack of its profile is stopped, starting or broken, another one after the profile
 * was changed. One change at a time.
 */
export class SessionHost implements AsyncDisposable {
  private readonly parts: SessionHostParts;
  private state: State = { kind: 'opening' };
  private chosen: Profile;
  private change: Promise<unknown> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;
  private over = false;

  constructor(parts: SessionHostParts, profile: Profile) {
    this.parts = parts;
    this.chosen = profile;
  }

  get profile(): Profile {
    return this.chosen;
  }

  /** Null while the stores are not there. */
  get open(): Session | null {
    return this.state.kind === 'open' ? this.state.session : null;
  }

  /** @throws TrainyardError STORES_STARTING (ask again), STORES_NOT_READY with what can be done */
  get current(): Session {
    if (this.state.kind === 'open') return this.state.session;
    throw this.notReady();
  }

  /** Whether work can be done, for `/readyz`. */
  async readiness(): Promise<Readiness> {
    if (this.state.kind === 'open') return this.state.session.readiness();
    return { ready: false, checks: { stores: { ok: false, message: this.notReady().message } } };
  }

  /** Opens the stores of the profile where they are not open. Rejects with the cause; then it is tried again in the background. */
  start(tell: Tell | null = null): Promise<void> {
    return this.exclusively(() => this.openNow(tell));
  }

  /** Closes the stores: trainers go on, and the next start takes them over. */
  stop(): Promise<void> {
    return this.exclusively(async () => {
      await this.closeNow();
      this.state = { kind: 'stopped' };
    });
  }

  /** Goes over to another profile's stores. Rejects where they can't be opened; that profile stays chosen, and is tried again. */
  switchTo(profile: Profile, tell: Tell | null = null): Promise<void> {
    return this.exclusively(async () => {
      if (profile === this.chosen && this.state.kind === 'open') return;
      await this.closeNow();
      this.chosen = profile;
      await this.openNow(tell);
    });
  }

  /** Runs `work` while the stores are closed, and opens those of the profile that it answers. */
  whileClosed(work: () => Promise<Profile>, tell: Tell | null = null): Promise<void> {
    return this.exclusively(async () => {
      await this.closeNow();
      // Whoever asks meanwhile is to ask again, not to start a stack.
      this.state = { kind: 'opening' };
      try {
        this.chosen = await work();
      } finally {
        await this.openNow(tell);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over = true;
    clearTimeout(this.retry);
    await this.exclusively(() => this.closeNow());
  }

  private async openNow(tell: Tell | null): Promise<void> {
    clearTimeout(this.retry);
    if (this.over || this.state.kind === 'open') return;
    this.state = { kind: 'opening' };
    try {
      const session = await this.parts.open(this.chosen, tell);
      this.state = { kind: 'open', session };
      await session.start();
      this.parts.news.startOver();
    } catch (error) {
      await this.closeNow();
      this.state = { kind: 'failed', cause: error };
      this.tryAgain(firstPauseMs);
      throw error;
    }
  }

  private tryAgain(pauseMs: number): void {
    if (this.over) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      if (this.over || this.state.kind !== 'failed') return;
      this.start().catch((error: unknown) => {
        this.parts.log.warn({ err: error, pauseMs }, 'the stores cannot be opened; trying again');
        this.tryAgain(Math.min(longestPauseMs, pauseMs * 2));
      });
    }, pauseMs);
    this.retry.unref();
  }

  private async closeNow(): Promise<void> {
    if (this.state.kind !== 'open') return;
    const { session } = this.state;
    this.state = { kind: 'stopped' };
    this.parts.news.startOver();
    await session[Symbol.asyncDispose]();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.change.then(work, work);
    this.change = next.catch(() => undefined);
    return next;
  }

  private notReady(): TrainyardError {
    const { state, chosen } = this;
    const say = (message: string, hint: string, cause?: unknown, code = 'STORES_NOT_READY') =>
      new TrainyardError(code, message, hint, { status: 503, cause });
    switch (state.kind) {
      case 'opening':
        return say(
          `The stores of the profile "${chosen}" are being started`,
          'Ask again in a moment.',
          undefined,
          'STORES_STARTING',
        );
      case 'failed': {
        const { cause } = state;
        const known = cause instanceof TrainyardError;
        return say(
          `The stores of the profile "${chosen}" cannot be used: ${errorMessage(cause)}`,
          known ? cause.hint : '"trainyard doctor" says more.',
          cause,
        );
      }
      case 'stopped':
      case 'open':
        return say(
          `The stores of the profile "${chosen}" are stopped`,
          'Start the stack ("trainyard stack up"), or choose another profile.',
        );
    }
  }
}
