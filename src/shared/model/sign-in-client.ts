import { fault } from '../errors/catalogue.ts';
import { TrainyardError } from '../errors/error.ts';
import {
  type AgreedPage,
  agreeOnPage,
  answerSchema,
  type CredentialKind,
  type Handshake,
  makeNonce,
  prove,
  type SignInAnswer,
  verify,
  type Welcome,
} from './sign-in.ts';

/** What a client signs in with. */
export interface Credential {
  readonly kind: CredentialKind;
  readonly id: string;
  readonly audience: string;
  readonly key: CryptoKey;
}

export interface SignedIn {
  readonly welcome: Welcome;
  /** What a client that came with a ticket is known by from now on; null for others. */
  readonly page: AgreedPage | null;
}

/** How messages go to and fro while a client signs in; `receive` resolves with the next one and rejects where the connection ends. */
export interface SignInChannel {
  send(text: string): void;
  receive(): Promise<string>;
}

/** The server may be any program that has the engine's port. */
function stranger(): TrainyardError {
  return fault('ENGINE_NOT_PROVEN', {});
}

function understood(text: string): SignInAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw stranger();
    throw error;
  }
  const { success, data } = answerSchema.safeParse(value);
  if (!success) throw stranger();
  if (data.type === 'refused') throw TrainyardError.from(data, { status: 401 });
  return data;
}

/**
 * Signs in over a connection that was just opened. Nothing is sent that would be of use to another server.
 * @param keep is called before the proof that spends a ticket: a page that ends at any moment has the ticket or what comes after it
 * @throws TrainyardError ENGINE_NOT_PROVEN, and what the engine refuses with: TICKET_USED, PAGE_UNKNOWN, UNAUTHORIZED
 */
export async function signIn(
  credential: Credential,
  channel: SignInChannel,
  keep: (page: AgreedPage) => Promise<void> = async () => {},
): Promise<SignedIn> {
  const { kind, id, audience, key } = credential;
  const clientNonce = makeNonce();
  channel.send(JSON.stringify({ type: 'hello', kind, id, nonce: clientNonce }));
  const challenge = understood(await channel.receive());
  if (challenge.type !== 'challenge') throw stranger();
  const handshake: Handshake = { kind, id, audience, clientNonce, engineNonce: challenge.nonce };
  if (!(await verify(key, 'engine', handshake, challenge.proof))) throw stranger();
  const page = kind === 'ticket' ? await agreeOnPage(key, handshake) : null;
  if (page) await keep(page);
  channel.send(JSON.stringify({ type: 'proof', proof: await prove(key, 'client', handshake) }));
  const welcome = understood(await channel.receive());
  if (welcome.type !== 'welcome') throw stranger();
  return { welcome, page };
}
