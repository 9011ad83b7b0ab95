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

type Refused = Extract<SignInAnswer, { type: 'refused' }>;

function refused(code: string, message: string, hint: string): Refused {
  return { type: 'refused', code, message, hint };
}

const again = 'Open a new link: "npm start" and "trainyard open" print one.';
const unknown: Readonly<Record<CredentialKind, Refused>> = {
  token: refused('UNAUTHORIZED', 'The token is not this engine’s', 'Read it from engine.json again.'),
  ticket: refused('TICKET_USED', 'The link was used already, or is older than ten minutes', again),
  page: refused('PAGE_UNKNOWN', 'This engine does not know this browser', again),
};
const notUnderstood = refused('SIGN_IN_INVALID', 'This is no sign-in', 'Update the client.');

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
    if (!hello) return notUnderstood;
    const secret = this.access.secretOf(hello.kind, hello.id);
    if (!secret) return unknown[hello.kind];
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
    if (!data) return notUnderstood;
    if (!(await verify(key, 'client', handshake, data.proof))) return unknown[handshake.kind];
    if (handshake.kind === 'ticket') {
      const page = await agreeOnPage(key, handshake);
      // Two pages may have come with the same link at the same moment.
      if (!this.access.useTicket(handshake.id)) return unknown.ticket;
      this.access.pages.add(page);
    }
    if (handshake.kind === 'page') this.access.pages.used(handshake.id);
    return { type: 'welcome', fileKey: this.access.fileKey };
  }
}
