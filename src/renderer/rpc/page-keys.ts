import { get, set } from 'idb-keyval';
import { importKey } from '../../shared/model/sign-in.ts';
import type { Credential } from '../../shared/model/sign-in-client.ts';

const storedName = 'trainyard-page-key';

interface PageKey {
  readonly id: string;
  /** Cannot be read out, only used: not even by a page that comes to stand at this address. */
  readonly key: CryptoKey;
}

/**
 * What this browser can prove to the engine: the ticket of the link that it was opened with, once, and from then on the key that the two
 * agreed on. Where the browser keeps nothing (a private window) the key lasts as long as the page.
 */
export class PageKeys {
  private ticket: { readonly id: string; readonly secret: string } | null = null;
  private inMemory: PageKey | null = null;

  /** Takes the ticket out of the page's address, where there is one: it is not to stay in the history. Answers whether there was. */
  takeTicket(address: Location, history: History): boolean {
    const [, id, secret] = /^#ticket=([\w-]+)\.([\w-]+)$/.exec(address.hash) ?? [];
    if (!id || !secret) return false;
    this.ticket = { id, secret };
    history.replaceState(history.state, '', address.pathname + address.search);
    return true;
  }

  /** What to sign in with now; null where a link is needed. */
  async credential(): Promise<Credential | null> {
    if (this.ticket) {
      const key = await importKey(new TextEncoder().encode(this.ticket.secret));
      return { kind: 'ticket', id: this.ticket.id, audience: '', key };
    }
    // The stored one first: another tab may have come with a link meanwhile.
    const page = (await this.read()) ?? this.inMemory;
    return page && { kind: 'page', audience: '', ...page };
  }

  /** The engine refused this credential. Answers whether there is another one to try. */
  async refused(credential: Credential): Promise<boolean> {
    // A key stays: whoever refuses has proved nothing, and may not be the engine.
    if (credential.kind !== 'ticket') return false;
    this.ticket = null;
    return (await this.credential()) !== null;
  }

  /** Keeps the key that was agreed on. */
  async keep(id: string, secret: Uint8Array<ArrayBuffer>): Promise<void> {
    this.ticket = null;
    this.inMemory = { id, key: await importKey(secret) };
    try {
      await set(storedName, this.inMemory);
    } catch (error) {
      // The page says nothing of it: it works until a reload, and then asks for a link.
      reportError(error);
    }
  }

  private async read(): Promise<PageKey | null> {
    try {
      return (await get<PageKey>(storedName)) ?? null;
    } catch (error) {
      reportError(error);
      return null;
    }
  }
}
