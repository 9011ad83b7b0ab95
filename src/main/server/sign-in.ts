import { fault } from '../../shared/errors/catalogue.ts';
import {
  agreeOnPage,
  type CredentialKind,
  type Handshake,
  helloSchema,
  importKey,
  makeNonce,
  proofSchema,
  prove,
  type SignInAnswer,
  verify,
} from '../../shared/model/sign-in.ts';
import type { Access } from './access.ts';

/** The answer that refuses a sign-in with an error of the catalogue. */
export function refuseSignIn(
  code: 'UNAUTHORIZED' | 'TICKET_USED' | 'PAGE_UNKNOWN' | 'SIGN_IN_INVALID' | 'TOO_MANY_CONNECTIONS',
): SignInAnswer {
  const { message, hint } = fault(code, {});
  return { type: 'refused', code, message, hint };
}

const unknownCodes = { token: 'UNAUTHORIZED', ticket: 'TICKET_USED', page: 'PAGE_UNKNOWN' } as const;
const unknown = (kind: CredentialKind) => refuseSignIn(unknownCodes[kind]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** One client's sign-in, from the engine's side. `receive` takes its messages one after the other; after a refusal or a welcome it is over. */
export class SignIn {
  private readonly access: Access;
  private readonly port: number;
  private pending: { readonly handshake: Handshake; readonly key: CryptoKey } | null = null;

  constructor(access: Access, port: number) {
    this.access = access;
    this.port = port;
  }

  receive(text: string): Promise<SignInAnswer> {
    return this.pending ? this.finish(text, this.pending) : this.begin(text);
  }

  private async begin(text: string): Promise<SignInAnswer> {
    const { data: hello } = helloSchema.safeParse(parsed(text));
    if (!hello) return refuseSignIn('SIGN_IN_INVALID');
    const secret = this.access.secretOf(hello.kind, hello.id);
    if (!secret) return unknown(hello.kind);
    const key = await importKey(secret);
    const handshake: Handshake = {
      kind: hello.kind,
      id: hello.id,
      audience: hello.kind === 'token' ? String(this.port) : '',
      clientNonce: hello.nonce,
      engineNonce: makeNonce(),
    };
    this.pending = { handshake, key };
    return {
      type: 'challenge',
      nonce: handshake.engineNonce,
      proof: await prove(key, 'engine', handshake),
    };
  }

  private async finish(
    text: string,
    { handshake, key }: { handshake: Handshake; key: CryptoKey },
  ): Promise<SignInAnswer> {
    const { data } = proofSchema.safeParse(parsed(text));
    if (!data) return refuseSignIn('SIGN_IN_INVALID');
    if (!(await verify(key, 'client', handshake, data.proof))) return unknown(handshake.kind);
    if (handshake.kind === 'ticket') {
      const page = await agreeOnPage(key, handshake);
      // Two pages may have come with the same link at the same moment.
      if (!this.access.useTicket(handshake.id)) return unknown('ticket');
      this.access.pages.add(page);
    }
    if (handshake.kind === 'page') this.access.pages.used(handshake.id);
    return { type: 'welcome', fileKey: this.access.fileKey };
  }
}
