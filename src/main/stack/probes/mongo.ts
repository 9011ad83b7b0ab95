import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Binary, deserialize, serialize } from 'bson';
import { collectionNames } from '../../stores/documents/ports.ts';
import { converse, type Exchange, type TakeReply } from './exchange.ts';
import type { Probe } from './probe.ts';

type Reply = Readonly<Record<string, unknown>>;

/** `OP_MSG`: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const messageCode = 2013;
/** Four numbers of the header, the flags, and the byte that says that one document follows. */
const bodyAt = 21;
/** MongoDB's own limit of a message is 48 MB; what a probe asks for is a thousandth of that. */
const largestReply = 16 * 1024 * 1024;

const takeReply: TakeReply<Reply> = (bytes) => {
  if (bytes.length < 4) return null;
  const length = bytes.readInt32LE(0);
  if (length < bodyAt || length > largestReply)
    throw new Error('this is no MongoDB: it answers in another protocol');
  if (bytes.length < length) return null;
  if (bytes.readInt32LE(12) !== messageCode)
    throw new Error('MongoDB answers with a message of another kind');
  return [deserialize(bytes.subarray(bodyAt, length)), length];
};

function message(command: Reply): Buffer {
  const body = serialize(command);
  const head = Buffer.alloc(bodyAt);
  head.writeInt32LE(bodyAt + body.length, 0);
  head.writeInt32LE(messageCode, 12);
  return Buffer.concat([head, body]);
}

/** A reply that is no refusal. @throws Error with the server's words */
function accepted(reply: Reply | undefined): Reply {
  if (reply?.ok === 1) return reply;
  throw new Error(String(reply?.errmsg ?? 'MongoDB refuses'));
}

const textOf = ({ payload }: Reply): string =>
  payload instanceof Binary ? Buffer.from(payload.buffer).toString('utf8') : '';

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The client's last message of SCRAM-SHA-256, and what the server must answer: https://www.rfc-editor.org/rfc/rfc5802#section-3 */
async function proofOf(password: string, first: string, challenge: string) {
  const {
    r: nonce = '',
    s: salt = '',
    i: iterations = '',
  } = Object.fromEntries(challenge.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
  if (!nonce.startsWith(first.slice(first.indexOf(',r=') + 3)) || !(Number(iterations) >= 4096))
    throw new Error('authentication failed: the server answers with another challenge');
  const salted = await promisify(pbkdf2)(
    password,
    Buffer.from(salt, 'base64'),
    Number(iterations),
    32,
    'sha256',
  );
  const unproven = `c=biws,r=${nonce}`;
  const signed = [first, challenge, unproven].join(',');
  const key = hmac(salted, 'Client Key');
  const signature = hmac(sha256(key), signed);
  const proof = Buffer.from(key.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
  return { last: `${unproven},p=${proof}`, expected: hmac(hmac(salted, 'Server Key'), signed) };
}

/** Logs in, and sends `commands` along with the last message of that. Answers their replies. */
async function askSignedIn(
  ask: Exchange<Reply>,
  { user, password, source }: { readonly user: string; readonly password: string; readonly source: string },
  commands: readonly Reply[],
): Promise<readonly Reply[]> {
  const first = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${randomBytes(18).toString('base64')}`;
  const [begun] = await ask([
    message({
      saslStart: 1,
      mechanism: 'SCRAM-SHA-256',
      payload: new Binary(Buffer.from(`n,,${first}`)),
      options: { skipEmptyExchange: true },
      $db: source,
    }),
  ]);
  const { conversationId, ...challenge } = accepted(begun);
  const { last, expected } = await proofOf(password, first, textOf(challenge));
  const [ended, ...replies] = await ask([
    message({ saslContinue: 1, conversationId, payload: new Binary(Buffer.from(last)), $db: source }),
    ...commands.map(message),
  ]);
  const signature = Buffer.from(/^v=(.*)$/.exec(textOf(accepted(ended)))?.[1] ?? '', 'base64');
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new Error('authentication failed: the server does not know the password');
  return replies;
}

/** Logs in, asks for the version, and for the collections with their validators and indexes. */
export const probeMongo: Probe = async ({ mongo }, signal) => {
  const url = new URL(mongo.url);
  const database = decodeURIComponent(url.pathname.slice(1)) || 'vision_platform';
  const account = {
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    source: url.searchParams.get('authSource') ?? database,
  };
  const place = { host: url.hostname, port: Number(url.port || 27017) };
  return await converse(place, takeReply, signal, async (ask) => {
    const [information, collections, ...indexes] = await askSignedIn(ask, account, [
      { buildInfo: 1, $db: 'admin' },
      { listCollections: 1, filter: { name: { $in: [...collectionNames] } }, $db: database },
      ...collectionNames.map((name) => ({ listIndexes: name, $db: database })),
    ]);
    const { version } = accepted(information);
    // A collection that is missing has no indexes to list, and the list of collections lacks it.
    const listings = [accepted(collections), ...indexes].map(({ cursor }) => cursor ?? null);
    return { version: String(version), shape: Buffer.from(serialize({ listings })).toString('base64') };
  });
};
