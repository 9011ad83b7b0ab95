import type { IncomingMessage, ServerResponse } from 'node:http';

/** What `/readyz` answers: ready only when every part is. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly message: string }>>;
}

/** What every answer says to a browser, whatever it is. */
export const answerHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Whether a request asks for `/healthz` (the process answers) or `/readyz` (its stores do too), which hold no data: anybody may. */
export function asksHowItIs({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return (method === 'GET' || method === 'HEAD') && /^\/(healthz|readyz)(\?|$)/.test(url);
}

/** Answers such a request, without what other requests are answered with: that is loaded after the start. */
export async function answerHowItIs(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  readiness: () => Promise<Readiness>,
): Promise<void> {
  const state = url.startsWith('/readyz') ? await readiness() : null;
  const body = JSON.stringify(state ?? { ok: true });
  response.writeHead(state?.ready === false ? 503 : 200, {
    ...answerHeaders,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
