import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** What a hub does with a request for one of its files. */
export interface HubBehaviour {
  /** Sends so many bytes of an answer and waits, so many times, for `breakOff`. */
  holdAfter?: { bytes: number; times: number };
  /** Answers so. */
  status?: number;
  /** Wants this token. */
  token?: string;
  /** Wants this account, as `name:password`. */
  account?: string;
  /** Sends the client to the same path of another server. */
  redirectTo?: string;
  /** Packs its answers, asked or not. */
  isPacked?: boolean;
  /** Sends pieces without end, and no length. */
  isEndless?: boolean;
  /** Announces so many bytes of each file more, or fewer. */
  lies?: number;
  /** Announces this as the SHA-256 of its files. */
  sha256?: string;
}

export interface Hub extends AsyncDisposable {
  readonly url: string;
  readonly behaviour: HubBehaviour;
  /** Closes the connections that wait. */
  breakOff(): void;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
}

function* endless(): Generator<Buffer> {
  for (const piece = Buffer.alloc(2 ** 20); ; ) yield piece;
}

/** A server with files by their paths, which answers ranges as the real ones do. */
export async function startHub(files: Readonly<Record<string, Buffer>>): Promise<Hub> {
  const behaviour: HubBehaviour = {};
  const requests: Hub['requests'][number][] = [];
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push({ path, headers: request.headers });
    const {
      status,
      token,
      account,
      redirectTo,
      sha256,
      holdAfter,
      isPacked,
      isEndless,
      lies = 0,
    } = behaviour;
    // Some servers say again what they were asked with.
    if (status !== undefined) return void response.writeHead(status, request.headers.authorization).end();
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return void response.writeHead(401).end();
    const basic = account && `Basic ${Buffer.from(account).toString('base64')}`;
    if (basic !== undefined && request.headers.authorization !== basic)
      return void response.writeHead(401).end();
    const known = sha256 === undefined ? {} : { 'x-linked-etag': `"${sha256}"` };
    if (redirectTo !== undefined)
      return void response.writeHead(302, { location: `${redirectTo}${path}`, ...known }).end();
    const file = files[path];
    if (!file) return void response.writeHead(404).end();
    if (isEndless)
      return void Readable.from(endless())
        .on('error', () => {})
        .pipe(response);
    if (isPacked) {
      const packed = gzipSync(file);
      const headers = { etag: '"packed"', 'content-encoding': 'gzip', 'content-length': packed.length };
      return void response.writeHead(200, headers).end(packed);
    }
    const etag = `"${createHash('sha256').update(file).digest('hex').slice(0, 16)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const mayGoOn = from > 0 && request.headers['if-range'] === etag;
    if (mayGoOn && from >= file.length)
      return void response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    const body = mayGoOn ? file.subarray(from) : file;
    const range = mayGoOn
      ? { 'content-range': `bytes ${from}-${file.length - 1 + lies}/${file.length + lies}` }
      : {};
    response.writeHead(mayGoOn ? 206 : 200, {
      etag,
      ...(lies === 0 && { 'content-length': body.length }),
      ...range,
      ...known,
    });
    if (!holdAfter || holdAfter.times <= 0 || body.length <= holdAfter.bytes) return void response.end(body);
    holdAfter.times -= 1;
    held.add(response);
    response.write(body.subarray(0, holdAfter.bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviour,
    requests,
    breakOff: () => {
      for (const response of held) response.destroy();
      held.clear();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
