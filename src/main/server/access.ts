import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const ticketLifetimeMs = 10 * 60_000;
const sessionLifetimeSeconds = 30 * 24 * 3600;

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Who may talk to this engine: those with its token, or a browser that came with a one-time ticket and got a cookie. */
export class Access {
  private readonly tickets = new Map<string, number>();
  private readonly token: string;
  private readonly cookieName: string;
  private readonly cookieValue: string;

  constructor(token: string) {
    this.token = token;
    const derive = (purpose: string) => createHmac('sha256', token).update(purpose).digest('base64url');
    // Cookies are not parted by port: the name keeps two engines on one machine from overwriting each other's.
    this.cookieName = `trainyard-${derive('cookie name').slice(0, 8)}`;
    this.cookieValue = derive('session');
  }

  /** A ticket that opens the UI once, within ten minutes. */
  issueTicket(now = Date.now()): { ticket: string; expiresAt: Date } {
    for (const [ticket, end] of this.tickets) if (end < now) this.tickets.delete(ticket);
    const ticket = randomBytes(24).toString('base64url');
    this.tickets.set(ticket, now + ticketLifetimeMs);
    return { ticket, expiresAt: new Date(now + ticketLifetimeMs) };
  }

  /** Takes a ticket (once) or the token itself, and answers the cookie that stands for it; null where it is neither. */
  redeem(secret: string, now = Date.now()): string | null {
    const end = this.tickets.get(secret);
    this.tickets.delete(secret);
    const good = (end !== undefined && end >= now) || sameText(secret, this.token);
    if (!good) return null;
    return `${this.cookieName}=${this.cookieValue}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionLifetimeSeconds}`;
  }

  /** How the request proves itself: by the token in its header, by the cookie, or not at all. */
  proofOf(headers: IncomingHttpHeaders): 'token' | 'cookie' | null {
    const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return sameText(bearer, this.token) ? 'token' : null;
    for (const part of (headers.cookie ?? '').split(';')) {
      const [name, value] = part.trim().split('=');
      if (name === this.cookieName && sameText(value ?? '', this.cookieValue)) return 'cookie';
    }
    return null;
  }
}
