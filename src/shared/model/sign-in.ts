import { z } from 'zod';

/**
 * How a client and an engine prove to one another, over a WebSocket that is open already, that both know a key, without sending it: each
 * answers the other's nonce with an HMAC, the engine first. What a stranger in the engine's place receives is of no use elsewhere.
 *
 *     client → hello      what the client has, and its nonce
 *     engine → challenge  the engine's proof, and its nonce        (or refused)
 *     client → proof      the client's proof
 *     engine → welcome    from here on the contract is spoken      (or refused)
 */

/**
 * What a client has: the state folder's token (a program of the same user), a ticket from a link that opens the UI once, or the key that a
 * page agreed on with the engine when it came with a ticket.
 */
const credentialKinds = ['token', 'ticket', 'page'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

const base64url = z.string().regex(/^[\w-]{0,64}$/);
const nonce = z.string().regex(/^[\w-]{32}$/);

export const helloSchema = z.object({
  type: z.literal('hello'),
  kind: z.enum(credentialKinds),
  /** Which ticket or page; empty for the token. */
  id: base64url,
  nonce,
});
export const proofSchema = z.object({ type: z.literal('proof'), proof: base64url });

const refusalSchema = z.object({
  type: z.literal('refused'),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});
const challengeSchema = z.object({ type: z.literal('challenge'), nonce, proof: base64url });
const welcomeSchema = z.object({
  type: z.literal('welcome'),
  /** Opens `/files/…` of this start of the engine. */
  fileKey: z.string(),
});

export type Welcome = z.infer<typeof welcomeSchema>;
export type SignInAnswer =
  | z.infer<typeof refusalSchema>
  | z.infer<typeof challengeSchema>
  | z.infer<typeof welcomeSchema>;

/** The engine's answers. */
export const answerSchema = z.discriminatedUnion('type', [refusalSchema, challengeSchema, welcomeSchema]);

/** One sign-in, as both sides know it. */
export interface Handshake {
  readonly kind: CredentialKind;
  readonly id: string;
  /** The engine's port that a program dialled, so that nobody on another port can pass its words on; empty for pages: a tunnel has a port of its own. */
  readonly audience: string;
  readonly clientNonce: string;
  readonly engineNonce: string;
}

function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** A fresh nonce: 24 random bytes. */
export function makeNonce(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(24)));
}

/** A key for `prove` and `agree`, which cannot be read out again. */
export function importKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}

/** Who speaks stands in every text, so that a proof cannot be sent back to where it came from. */
function words(
  role: 'client' | 'engine' | 'page id' | 'page key',
  handshake: Handshake,
): Uint8Array<ArrayBuffer> {
  const { kind, id, audience, clientNonce, engineNonce } = handshake;
  const text = ['trainyard sign-in 1', role, kind, id, audience, clientNonce, engineNonce].join('\n');
  return new TextEncoder().encode(text);
}

/** The proof that `role` knows the key, base64url. */
export async function prove(
  key: CryptoKey,
  role: 'client' | 'engine',
  handshake: Handshake,
): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, words(role, handshake))));
}

/** Whether a proof is the one of `role`; compared in constant time. */
export async function verify(
  key: CryptoKey,
  role: 'client' | 'engine',
  handshake: Handshake,
  proof: string,
): Promise<boolean> {
  const padded = proof.replaceAll('-', '+').replaceAll('_', '/');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
  } catch (error) {
    // No base64: nobody's proof.
    if (error instanceof DOMException) return false;
    throw error;
  }
  return crypto.subtle.verify('HMAC', key, bytes, words(role, handshake));
}

/** What a page that came with a ticket is known by from then on. */
export interface AgreedPage {
  /** 16 bytes, base64url. */
  readonly id: string;
  /** 32 bytes; never travels. */
  readonly key: Uint8Array<ArrayBuffer>;
}

/** Both sides derive it, and so a page has it before it spends its ticket. */
export async function agreeOnPage(ticketKey: CryptoKey, handshake: Handshake): Promise<AgreedPage> {
  const derive = async (role: 'page id' | 'page key') =>
    new Uint8Array(await crypto.subtle.sign('HMAC', ticketKey, words(role, handshake)));
  return { id: toBase64url((await derive('page id')).subarray(0, 16)), key: await derive('page key') };
}
