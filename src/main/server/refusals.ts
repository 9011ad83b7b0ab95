import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorPlace } from '../../shared/errors/error.ts';

/** An error in the form in which REST and `/files` answer it. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly data: {
    readonly hint: string;
    readonly place: ErrorPlace;
    readonly parameters: Record<string, never>;
  };
}

export function refusal(
  code: string,
  message: string,
  hint: string,
  status: number,
  place: ErrorPlace = {},
): Refusal {
  return { code, status, message, data: { hint, place, parameters: {} } };
}

export const unauthorized = refusal(
  'UNAUTHORIZED',
  'This engine answers only to those with its token',
  'Open the link that "npm start" or "trainyard open" prints, or send the token of engine.json as "Authorization: Bearer …".',
  401,
);

export function foreignRequest(trait: string): Refusal {
  return refusal(
    'FOREIGN_REQUEST',
    `This engine does not serve ${trait}`,
    'Use its own address, http://127.0.0.1 with its port; over a network by an SSH tunnel (docs/remote.md).',
    403,
  );
}

export function repeatedHeaderRefusal(name: string): Refusal {
  return refusal('HEADER_REPEATED', `The header ${name} stands there twice`, 'Send it once.', 400, {
    field: name,
  });
}

export const tooManyConnections = refusal(
  'TOO_MANY_CONNECTIONS',
  'More connections are open than this engine keeps',
  'Close pages and programs that are connected to it.',
  503,
);

export const unstorableAddress = refusal(
  'INVALID_INPUT',
  'The address has NUL (U+0000), which cannot be stored',
  'Remove "%00" from the address.',
  400,
  { field: 'address' },
);

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
