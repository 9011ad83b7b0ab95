import { get, update } from 'idb-keyval';
import { type AgreedPage, importKey } from '../../shared/model/sign-in.ts';
import type { Credential } from '../../shared/model/sign-in-client.ts';

const keysName = 'trainyard-page-keys';
const ticketName = 'trainyard-ticket';
/** The newest, which the engine may not have come to know, and the one before. */
const mostKeys = 2;

interface PageKey {
  readonly id: string;
  /** Cannot be read out, only used: not even by a page that comes to stand at this address. */
  readonly key: CryptoKey;
}

const newestFirst = (page: PageKey, others: readonly PageKey[]) => [page, ...others].slice(0, mostKeys);

/**
 * What this browser can prove to the engine: the ticket of the link that it was opened with, once, and from then on the key that the two
 * agreed on. A tab keeps its ticket until the engine answered to it, and the key before that: whenever the page is left or loaded anew, it
 * has one of the two. Where the browser keeps nothing (a private window) the key lasts as long as the page.
 */
export class PageKeys {
  private readonly tab: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  private readonly refusedIds = new Set<string>();
  private inMemory: readonly PageKey[] = [];

  /** @param tab what lasts as long as the tab */
  constructor(tab: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.tab = tab;
  }

  /** Takes the ticket out of the page's address, where there is one: it is not to stay in the history. Returns whether there was. */
  takeTicket(address: Location, history: History): boolean {
    const [, ticket] = /^#ticket=([\w-]+\.[\w-]+)$/.exec(address.hash) ?? [];
    if (!ticket) return false;
    this.tab.setItem(ticketName, ticket);
    history.replaceState(history.state, '', address.pathname + address.search);
    return true;
  }

  /** What to sign in with now; null if a link is needed. */
  async credential(): Promise<Credential | null> {
    const [id, secret] = this.tab.getItem(ticketName)?.split('.') ?? [];
    if (id && secret) {
      const key = await importKey(new TextEncoder().encode(secret));
      return { kind: 'ticket', id, audience: '', key };
    }
    // The stored ones first: another tab may have come with a link meanwhile.
    const pages = [...(await this.read()), ...this.inMemory];
    const page = pages.find((one) => !this.refusedIds.has(one.id));
    return page ? { kind: 'page', audience: '', ...page } : null;
  }

  /** The engine refused this credential. Returns whether there is another one to try. */
  async refused({ kind, id }: Credential): Promise<boolean> {
    if (kind === 'ticket') this.tab.removeItem(ticketName);
    else this.refusedIds.add(id);
    if ((await this.credential()) !== null) return true;
    // Keys stay: whoever refuses has proved nothing, and may not be the engine.
    this.refusedIds.clear();
    return false;
  }

  /** Keeps what was agreed on, before the ticket is spent. */
  async keep({ id, key }: AgreedPage): Promise<void> {
    const page = { id, key: await importKey(key) };
    this.inMemory = newestFirst(page, this.inMemory);
    try {
      await update<PageKey[]>(keysName, (stored = []) => newestFirst(page, stored));
    } catch (error) {
      // The page says nothing of it: it works until a reload, and then asks for a link.
      reportError(error);
    }
  }

  /** The engine let the page in: its ticket is spent. */
  welcomed(): void {
    this.tab.removeItem(ticketName);
    this.refusedIds.clear();
  }

  private async read(): Promise<readonly PageKey[]> {
    try {
      return (await get<PageKey[]>(keysName)) ?? [];
    } catch (error) {
      reportError(error);
      return [];
    }
  }
}
