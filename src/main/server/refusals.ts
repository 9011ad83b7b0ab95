import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type ErrorCode, type ErrorParameters, fault } from '../../shared/errors/catalogue.ts';
import type { Parameter } from '../../shared/errors/entry.ts';
import type { ErrorOptions, KeptError, TrainyardError } from '../../shared/errors/error.ts';

/** An error in the form in which REST and `/files` answer it. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly data: Pick<KeptError, 'hint' | 'place' | 'parameters'>;
}

/** The answer that refuses a request with an error of ours. */
export function refusalOf({ code, status, message, hint, place, parameters }: TrainyardError): Refusal {
  return { code, status, message, data: { hint, place, parameters } };
}

/** The same of an error of the catalogue. */
export function refusal<Code extends ErrorCode>(
  code: Code,
  parameters: ErrorParameters<Code>,
  options: ErrorOptions = {},
): Refusal {
  return refusalOf(fault(code, parameters, options));
}

/** Nothing of the server's is at an address. */
export function notFound(what: Parameter): Refusal {
  return refusal('NOT_FOUND', { what, where: '/api/v1/openapi.json' });
}

export const noSuchCall = notFound({ en: 'such call in the contract', ko: '계약에서 이 호출' });

export const tooManyConnections = refusal('TOO_MANY_CONNECTIONS', {});

const lingerMs = 1000;

/**
 * Answers on a bare socket, where there is no response object (a refused upgrade, bytes that are no HTTP), and closes it: at once
 * where the peer closes too, after a second where it does not.
 */
export function refuseOnSocket(socket: Duplex, answer: Refusal): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(answer);
  socket.end(
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? 'Error'}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // Closed with bytes unread, the connection is reset, and the answer may be lost with it.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroy());
}

/** Refused requests in the log, no more than some a minute: whoever sends rubbish must not fill the disk with it. */
export class RefusalLog {
  private readonly log: Logger;
  private written = 0;
  private since = 0;

  constructor(log: Logger) {
    this.log = log;
  }

  write(facts: Readonly<Record<string, unknown>>, now = Date.now()): void {
    if (now - this.since > 60_000) {
      if (this.written > 30) this.log.warn({ more: this.written - 30 }, 'further requests were refused');
      this.since = now;
      this.written = 0;
    }
    this.written += 1;
    if (this.written <= 30) this.log.info(facts, 'a request was refused');
  }
}
