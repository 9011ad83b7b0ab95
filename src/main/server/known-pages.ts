import type { Logger } from 'pino';
import { z } from 'zod';
import type { AgreedPage } from '../../shared/model/sign-in.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';

const settingName = 'pages';
const dayMs = 24 * 3600_000;
const lifetimeMs = 30 * dayMs;
/** A person has a few browsers; the one that was away longest is forgotten. */
const largestCount = 64;

const storedPages = z.array(
  z.object({
    id: z.string(),
    key: z.string(),
    /** The engine's port when the page came. */
    port: z.number(),
    usedAt: z.number(),
  }),
);
type StoredPage = z.infer<typeof storedPages>[number];

/** The browsers' pages that agreed on a key with an engine of this state folder; kept for 30 days after they were last here. */
export class KnownPages {
  private readonly settings: Pick<SettingsStore, 'get' | 'set'>;
  private readonly log: Pick<Logger, 'warn'>;
  private readonly port: () => number;
  private pages: readonly StoredPage[];

  /** @param port where the engine listens; asked when it does */
  constructor(settings: Pick<SettingsStore, 'get' | 'set'>, log: Pick<Logger, 'warn'>, port: () => number) {
    this.settings = settings;
    this.log = log;
    this.port = port;
    // What is not as it was written is no page's key: they come with a link again.
    this.pages = storedPages.safeParse(settings.get(settingName)).data ?? [];
  }

  /** Keeps durably what a page is known by. */
  add({ id, key }: AgreedPage, now = Date.now()): void {
    const page = { id, key: Buffer.from(key).toString('base64url') };
    this.keep([...this.pages, { ...page, port: this.port(), usedAt: now }]);
  }

  /**
   * The key of a page that is known, and came when the engine had the port that it has now. Where it had to take another one, whoever has
   * the old port may hold a page's words and pass them on.
   */
  keyOf(id: string, now = Date.now()): Uint8Array<ArrayBuffer> | null {
    const page = this.pages.find((one) => one.id === id && one.port === this.port());
    if (!page || page.usedAt + lifetimeMs < now) return null;
    return new Uint8Array(Buffer.from(page.key, 'base64url'));
  }

  /** The page was here. Noted once a day. */
  used(id: string, now = Date.now()): void {
    const page = this.pages.find((one) => one.id === id);
    if (!page || page.usedAt + dayMs > now) return;
    this.keep(this.pages.map((one) => (one === page ? { ...page, usedAt: now } : one)));
  }

  private keep(pages: readonly StoredPage[]): void {
    this.pages = [...pages].sort((a, b) => b.usedAt - a.usedAt).slice(0, largestCount);
    try {
      this.settings.set(settingName, this.pages);
    } catch (error) {
      // A full disk is no reason to turn somebody away: until the engine restarts the page is known all the same.
      this.log.warn({ err: error }, 'the known pages could not be written');
    }
  }
}

/** Every page has to come with a link again. For an engine that starts. */
export function forgetPages(settings: Pick<SettingsStore, 'remove'>): void {
  settings.remove(settingName);
}
