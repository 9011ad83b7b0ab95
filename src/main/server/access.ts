import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { CredentialKind } from '../../shared/model/sign-in.ts';
import type { KnownPages } from './known-pages.ts';

const ticketLifetimeMs = 10 * 60_000;

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Who may talk to this engine: programs that reach the socket in its state folder or know its token, and pages that came with a one-time
 * ticket or agreed on a key when they did (see `sign-in.ts`). There are no cookies: a browser sends those to every port of the machine.
 */
export class Access {
  /** Opens `/files/…`, which a browser fetches by address alone, for this start of the engine. */
  readonly fileKey = randomBytes(24).toString('base64url');
  readonly pages: KnownPages;
  private readonly tickets = new Map<string, { readonly secret: string; readonly end: number }>();
  private readonly local = new WeakSet<Socket>();
  private readonly token: string;

  constructor(token: string, pages: KnownPages) {
    this.token = token;
    this.pages = pages;
  }

  /** A ticket that opens the UI once, within ten minutes: its id and its secret, as a link's fragment carries them. */
  issueTicket(now = Date.now()): { ticket: string; expiresAt: Date } {
    for (const [id, { end }] of this.tickets) if (end < now) this.tickets.delete(id);
    const [id, secret] = [randomBytes(12).toString('base64url'), randomBytes(24).toString('base64url')];
    this.tickets.set(id, { secret, end: now + ticketLifetimeMs });
    return { ticket: `${id}.${secret}`, expiresAt: new Date(now + ticketLifetimeMs) };
  }

  /** The secret that a client claims to know; null where there is none of this id, or no longer. */
  secretOf(kind: CredentialKind, id: string, now = Date.now()): Uint8Array<ArrayBuffer> | null {
    if (kind === 'token') return new TextEncoder().encode(this.token);
    if (kind === 'page') return this.pages.keyOf(id, now);
    const ticket = this.tickets.get(id);
    return ticket && ticket.end >= now ? new TextEncoder().encode(ticket.secret) : null;
  }

  /** Takes a ticket that was proved; false where somebody was quicker. */
  useTicket(id: string): boolean {
    return this.tickets.delete(id);
  }

  /** Connections of the socket in the state folder: only who may go into the folder can have made them. */
  trustLocal(socket: Socket): void {
    this.local.add(socket);
  }

  /** Whether the request proves itself: by where it came in, by the token, or for files by their key. */
  isProven({ socket, headers, url = '' }: Pick<IncomingMessage, 'socket' | 'headers' | 'url'>): boolean {
    if (this.local.has(socket)) return true;
    const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined && sameText(bearer, this.token)) return true;
    if (!url.startsWith('/files/')) return false;
    const key = bearer ?? new URL(url, 'http://engine').searchParams.get('key');
    return key !== null && sameText(key, this.fileKey);
  }
}
