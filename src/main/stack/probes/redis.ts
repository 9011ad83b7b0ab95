import { readAddress } from '../../stores/redis/address.ts';
import { converse, type TakeReply } from './exchange.ts';
import type { Probe } from './probe.ts';

type Reply = string | null | Error | readonly Reply[];

/** Of RESP, which Redis speaks unless it is asked for another: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const takeReply: TakeReply<Reply> = (bytes) => {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return null;
  const kind = String.fromCharCode(bytes[0] ?? 0);
  const line = bytes.toString('utf8', 1, end);
  const begin = end + 2;
  switch (kind) {
    case '+':
    case ':':
      return [line, begin];
    case '-':
      return [new Error(line), begin];
    case '$': {
      const length = Number(line);
      if (length < 0) return [null, begin];
      const after = begin + length + 2;
      return bytes.length < after ? null : [bytes.toString('utf8', begin, begin + length), after];
    }
    case '*': {
      const replies: Reply[] = [];
      let at = begin;
      for (let left = Number(line); left > 0; left -= 1) {
        const taken = takeReply(bytes.subarray(at));
        if (!taken) return null;
        replies.push(taken[0]);
        at += taken[1];
      }
      return [replies, at];
    }
    default:
      throw new Error('this is no Redis: it answers in another protocol');
  }
};

function request(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

/** Logs in, pings (which is refused while the data is being loaded), asks for the version and for what keeps the data. */
export const probeRedis: Probe = async ({ redis }, signal) => {
  const { host, port, password = '' } = readAddress(redis).options;
  return await converse({ host, port }, takeReply, signal, async (ask) => {
    const replies = await ask([
      request('AUTH', password),
      request('PING'),
      request('INFO', 'server'),
      request('CONFIG', 'GET', 'appendonly'),
      request('CONFIG', 'GET', 'save'),
    ]);
    const failure = replies.find((reply) => reply instanceof Error);
    if (failure) throw failure;
    const [, , information, ...settings] = replies;
    const version = /^redis_version:(\S+)/m.exec(String(information))?.[1] ?? '';
    return { version, shape: JSON.stringify(settings) };
  });
};
