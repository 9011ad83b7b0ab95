import { STATUS_CODES } from 'node:http';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../../shared/errors/error.ts';
import type { DownloadRequest } from '../ports.ts';

/** What a hub answers a request for a file. */
export interface Answer {
  /** 200, 206 (the rest of it), 404 or 416 (there is no rest). */
  readonly status: number;
  /** Of the whole file; null where it is not said. */
  readonly total: number | null;
  /** By which the file is known again; null where it is not. */
  readonly tag: string | null;
  /** Of the whole file, where the hub says it. */
  readonly sha256: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

const mostRedirects = 6;
const noToken = {
  en: 'before it was asked: the token has spaces, line breaks or letters that none has',
  ko: '(보내기 전: 토큰에 공백, 줄바꿈 등 있을 수 없는 문자가 있음)',
};

/**
 * Asks for a file, or for the rest of one. Redirects are followed, and the token goes to the hub alone, never over a line that anybody can read.
 * Proxies are those of Node (NODE_USE_ENV_PROXY).
 * @param rest begins at `from`, if the file is still that of `tag`
 * @throws TrainyardError WEIGHTS_UNREACHABLE, WEIGHTS_FORBIDDEN, WEIGHTS_HUB_FAILED
 */
export async function ask(
  { url, token, account, model }: Pick<DownloadRequest, 'url' | 'token' | 'account' | 'model'>,
  rest: { readonly from: number; readonly tag: string } | null,
  signal: AbortSignal,
): Promise<Answer> {
  // The client names a header's value in its error, and errors are kept.
  if (token !== null && !/^[\x21-\x7e]+$/.test(token))
    throw fault('WEIGHTS_FORBIDDEN', { address: url, status: noToken });
  const access =
    token !== null ? `Bearer ${token}` : account && `Basic ${Buffer.from(account).toString('base64')}`;
  let sha256: string | null = null;
  let at = new URL(url);
  for (let redirects = 0; ; redirects += 1) {
    const mayKnow = at.origin === new URL(url).origin && isPrivate(at);
    const response = await fetch(at, {
      ...{ redirect: 'manual', signal },
      headers: {
        'user-agent': 'trainyard',
        'accept-encoding': 'identity',
        ...(mayKnow && access ? { authorization: access } : {}),
        ...(rest ? { range: `bytes=${rest.from}-`, 'if-range': rest.tag } : {}),
      },
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw fault(
        'WEIGHTS_UNREACHABLE',
        { address: at.origin, model, why: causeOf(error) },
        { cause: error },
      );
    });
    // Hugging Face says here what the storage behind it does not.
    sha256 ??= /^"?([0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? '')?.[1] ?? null;
    const to = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || to === null)
      return checked(response, url, sha256, rest?.from ?? 0);
    await response.body?.cancel();
    const next = URL.parse(to, at);
    if (redirects === mostRedirects || !next || !/^https?:$/.test(next.protocol))
      throw fault('WEIGHTS_HUB_FAILED', { address: url, status: `${response.status} → ${to}` });
    at = next;
  }
}

/** Nobody reads along. */
function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

async function checked(
  response: Response,
  url: string,
  sha256: string | null,
  from: number,
): Promise<Answer> {
  const { status, headers, body } = response;
  const whole = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const length = headers.get('content-length');
  const total = status === 200 ? length : (whole ?? null);
  const tag = headers.get('etag');
  // Asked not to: length and tag are those of the packed bytes, and what is read are others.
  const isPacked = !/^(?:identity)?$/i.test(headers.get('content-encoding') ?? '');
  const answer = {
    ...{ status, sha256, total: total === null || isPacked ? null : Number(total) },
    // A weak tag does not stand for bytes.
    tag: tag?.startsWith('W/') === false && !isPacked ? tag : null,
    body: bytesOf(response),
  };
  const begins = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  if (status === 200 || (status === 206 && Number(begins) === from && !isPacked)) return answer;
  await body?.cancel();
  if (status === 404 || (status === 416 && from > 0)) return { ...answer, body: none() };
  if (status === 401 || status === 403)
    throw fault('WEIGHTS_FORBIDDEN', { address: url, status: `(${status})` });
  throw fault('WEIGHTS_HUB_FAILED', {
    address: url,
    status: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
  });
}

async function* none(): AsyncGenerator<Uint8Array> {}

/** What an answer brings. It holds the answer: the body of one that was collected as garbage ends before anybody reads it. */
async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body) yield* response.body;
}

/** `fetch` says "fetch failed", and its cause says why. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.map(errorMessage).join('; ');
  return errorMessage(cause ?? error);
}
