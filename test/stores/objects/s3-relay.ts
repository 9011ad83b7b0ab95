import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A port that stays the same while the server behind it is restarted, and whose connections a test can break. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Breaks off what is under way and lets nobody through any more. */
  cut(): void;
  /** Lets them through again. */
  restore(): void;
  /** How many are open, both their ends counted. */
  readonly open: number;
  /** How many were not let through. */
  readonly refused: number;
  /** Breaks off what is under way; whoever connects then gets through. */
  breakOff(): void;
  /** The same once so many bytes more came from the server. */
  cutAfter(bytes: number): void;
  /** Bytes that went to the server. */
  readonly sent: number;
  /** Calls this with their number whenever more went there. */
  onSent(call: (sent: number) => void): void;
}

/** Passes connections on to a port of 127.0.0.1, which may be another one each time. */
export async function openRelay(target: () => number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  let left = Number.POSITIVE_INFINITY;
  let sent = 0;
  let whenSent: (sent: number) => void = () => {};
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (isCut) {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connect(target(), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      // A broken connection is what the tests are about: the other end hears of it by being closed.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      whenSent(sent);
    });
    far.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left > 0) return;
      left = Number.POSITIVE_INFINITY;
      breakAll();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    port: address.port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    restore: () => {
      isCut = false;
    },
    get open() {
      return sockets.size;
    },
    get refused() {
      return refused;
    },
    get sent() {
      return sent;
    },
    onSent: (call) => {
      whenSent = call;
    },
    breakOff: breakAll,
    cutAfter: (bytes) => {
      left = bytes;
    },
    [Symbol.asyncDispose]: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
