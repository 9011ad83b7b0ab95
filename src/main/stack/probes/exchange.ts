import { connect, type Socket } from 'node:net';
import { unlessAborted } from './probe.ts';

/** Takes one reply off the front of what has come: itself and its length in bytes; null while it is not whole. */
export type TakeReply<Reply> = (bytes: Buffer) => readonly [reply: Reply, length: number] | null;

/** Sends requests in one piece and reads as many replies, in their order. */
export type Exchange<Reply> = (requests: readonly Uint8Array[]) => Promise<readonly Reply[]>;

function exchange<Reply>(
  socket: Socket,
  take: TakeReply<Reply>,
  requests: readonly Uint8Array[],
): Promise<readonly Reply[]> {
  return new Promise((resolve, reject) => {
    const replies: Reply[] = [];
    let bytes: Buffer = Buffer.alloc(0);
    socket.removeAllListeners('data').removeAllListeners('close');
    socket.on('close', () => reject(new Error('the server hung up')));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      try {
        for (let taken = take(bytes); taken && replies.length < requests.length; taken = take(bytes)) {
          replies.push(taken[0]);
          bytes = bytes.subarray(taken[1]);
        }
      } catch (error) {
        reject(error);
      }
      if (replies.length === requests.length) resolve(replies);
    });
    socket.write(Buffer.concat(requests));
  });
}

/** Talks to a server over a connection of its own, which ends with `talk` or the signal. */
export async function converse<Reply, Result>(
  place: { readonly host: string; readonly port: number },
  take: TakeReply<Reply>,
  signal: AbortSignal,
  talk: (ask: Exchange<Reply>) => Promise<Result>,
): Promise<Result> {
  const socket = connect({ ...place, noDelay: true });
  const broken = new Promise<never>((_resolve, reject) => socket.on('error', reject));
  broken.catch(() => {});
  try {
    const answer = talk((requests) => Promise.race([broken, exchange(socket, take, requests)]));
    return await unlessAborted(answer, signal);
  } finally {
    socket.destroy();
  }
}
