import { expect, test } from 'vitest';
import { Access } from '../../src/main/server/access.ts';
import { KnownPages } from '../../src/main/server/known-pages.ts';
import { SignIn } from '../../src/main/server/sign-in.ts';
import { type AgreedPage, importKey, type SignInAnswer } from '../../src/shared/model/sign-in.ts';
import { type Credential, type SignedIn, signIn } from '../../src/shared/model/sign-in-client.ts';

const token = 'the token of this state folder';

function engine({ port = 41_000, settings = new Map<string, unknown>(), secret = token } = {}) {
  const pages = new KnownPages(settings, { warn: () => {} }, () => port);
  const access = new Access(secret, pages);
  return { access, settings, begin: () => new SignIn(access, port) };
}

async function credential(
  kind: Credential['kind'],
  id: string,
  secret: string | Uint8Array<ArrayBuffer>,
  audience = '',
) {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  return { kind, id, audience, key: await importKey(bytes) };
}

interface Heard {
  readonly sent: string[];
  readonly answered: string[];
}

/** Signs in at one engine's end, by way of whoever changes the words in between; all that was said is kept. */
async function meet(
  own: Credential,
  end: { receive(text: string): Promise<SignInAnswer> },
  heard: Heard = { sent: [], answered: [] },
): Promise<SignedIn> {
  let last = '';
  return signIn(own, {
    send: (text) => {
      heard.sent.push(text);
      last = text;
    },
    receive: async () => {
      const answer = JSON.stringify(await end.receive(last));
      heard.answered.push(answer);
      return answer;
    },
  });
}

const refusedWith = (code: string) => expect.objectContaining({ code });

test('a program that knows the token signs in, and neither side says it', async () => {
  const heard: Heard = { sent: [], answered: [] };
  const { access, begin } = engine();
  const { welcome } = await meet(await credential('token', '', token, '41000'), begin(), heard);
  expect(welcome).toEqual({ type: 'welcome', fileKey: access.fileKey });
  expect([...heard.sent, ...heard.answered].join()).not.toContain(token);
});

test('a server that does not know the token gets no proof of it', async () => {
  const heard: Heard = { sent: [], answered: [] };
  const thief = engine({ secret: 'a guess' });
  const own = await credential('token', '', token, '41000');
  await expect(meet(own, thief.begin(), heard)).rejects.toThrow(refusedWith('ENGINE_NOT_PROVEN'));
  expect(heard.sent).toHaveLength(1);
});

test('a server that sends the client’s own words back proves nothing', async () => {
  const own = await credential('token', '', token, '41000');
  const mirror = {
    receive: async (text: string): Promise<SignInAnswer> => {
      const { nonce } = JSON.parse(text) as { nonce: string };
      return { type: 'challenge', nonce, proof: nonce };
    },
  };
  await expect(meet(own, mirror)).rejects.toThrow(refusedWith('ENGINE_NOT_PROVEN'));
});

test('what was heard of one sign-in opens nothing again', async () => {
  const heard: Heard = { sent: [], answered: [] };
  const { begin } = engine();
  await meet(await credential('token', '', token, '41000'), begin(), heard);
  const again = begin();
  expect((await again.receive(heard.sent[0] ?? '')).type).toBe('challenge');
  expect(await again.receive(heard.sent[1] ?? '')).toMatchObject({ type: 'refused', code: 'UNAUTHORIZED' });
});

test('a program’s words at a stolen port are of no use when they are passed on to the engine at another one', async () => {
  const { begin } = engine({ port: 42_000 });
  const own = await credential('token', '', token, '41000');
  await expect(meet(own, begin())).rejects.toThrow(refusedWith('ENGINE_NOT_PROVEN'));
});

test('a link opens one page; the page comes back by its key, also to the next engine of the state folder at the same port, and to none at another', async () => {
  const first = engine();
  const [id = '', secret = ''] = first.access.issueTicket().ticket.split('.');
  const ticket = await credential('ticket', id, secret);
  const { page: agreed } = await meet(ticket, first.begin());
  await expect(meet(ticket, first.begin())).rejects.toThrow(refusedWith('TICKET_USED'));
  if (!agreed) throw new Error('nothing was agreed on');
  const page = await credential('page', agreed.id, agreed.key);
  const next = engine({ settings: first.settings });
  expect((await meet(page, next.begin())).welcome.fileKey).toBe(next.access.fileKey);
  const moved = engine({ settings: first.settings, port: 42_000 });
  await expect(meet(page, moved.begin())).rejects.toThrow(refusedWith('PAGE_UNKNOWN'));
});

test('a page that breaks off right after its proof comes back by what it kept before, and its ticket opens nothing more', async () => {
  const { access, begin } = engine();
  const [id = '', secret = ''] = access.issueTicket().ticket.split('.');
  const ticket = await credential('ticket', id, secret);
  const kept: AgreedPage[] = [];
  const end = begin();
  let answers = 0;
  let last = '';
  const left = signIn(
    ticket,
    {
      send: (text) => (last = text),
      receive: async () => {
        const answer = await end.receive(last);
        answers += 1;
        if (answers === 2) throw new Error('the page was left');
        expect(kept).toEqual([]);
        return JSON.stringify(answer);
      },
    },
    async (page) => void kept.push(page),
  );
  await expect(left).rejects.toThrow('the page was left');
  const [page] = kept;
  if (!page) throw new Error('nothing was kept');
  await expect(meet(ticket, begin())).rejects.toThrow(refusedWith('TICKET_USED'));
  expect((await meet(await credential('page', page.id, page.key), begin())).page).toBeNull();
});

test('of two pages that come with the same link at the same moment one gets in', async () => {
  const { access, begin } = engine();
  const [id = '', secret = ''] = access.issueTicket().ticket.split('.');
  const ticket = await credential('ticket', id, secret);
  const ends = await Promise.allSettled([meet(ticket, begin()), meet(ticket, begin())]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a ticket lasts ten minutes and a page thirty days after it was last there', () => {
  const { access } = engine();
  const now = Date.now();
  const [id = ''] = access.issueTicket(now).ticket.split('.');
  expect(access.secretOf('ticket', id, now + 9 * 60_000)).not.toBeNull();
  expect(access.secretOf('ticket', id, now + 11 * 60_000)).toBeNull();
  const day = 24 * 3600_000;
  const page = 'a page';
  access.pages.add({ id: page, key: new Uint8Array(32) }, now);
  expect(access.secretOf('page', page, now + 29 * day)).not.toBeNull();
  access.pages.used(page, now + 29 * day);
  expect(access.secretOf('page', page, now + 58 * day)).not.toBeNull();
  expect(access.secretOf('page', page, now + 60 * day)).toBeNull();
});

test('a full disk turns no page away, and a damaged list of pages is an empty one', async () => {
  const full = {
    get: () => 'damaged',
    set: () => {
      throw new Error('ENOSPC');
    },
  };
  const warnings: unknown[] = [];
  const pages = new KnownPages(full, { warn: (why: unknown) => warnings.push(why) }, () => 1);
  pages.add({ id: 'a page', key: new Uint8Array(32) });
  expect(pages.keyOf('a page')).toHaveLength(32);
  expect(warnings).toHaveLength(1);
});

test('what is no sign-in is refused in words', async () => {
  const { begin } = engine();
  for (const text of ['', '{', '[]', '{"type":"hello"}', '{"type":"proof","proof":"x"}', '\u0000'])
    expect(await begin().receive(text)).toMatchObject({ type: 'refused', code: 'SIGN_IN_INVALID' });
});
