import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** What a test puts in the place of an answer: S3's word for an error, with its status. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** A bucket that holds any key, which servers that keep objects as files do not: lists it and gives its objects, and nothing else. */
export async function openFakeS3(
  objects: ReadonlyMap<string, Uint8Array>,
  {
    pageSize = 1000,
    refuse = () => null,
    together = 1,
    tls = null,
  }: {
    readonly pageSize?: number;
    readonly refuse?: (key: string) => Refusal | null;
    /** No object is given before so many were asked for. */
    readonly together?: number;
    readonly tls?: { readonly cert: string; readonly key: string } | null;
  } = {},
) {
  const asked = { pages: 0, objects: 0 };
  const enough = Promise.withResolvers<void>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
    const refused = refuse(key);
    if (refused) return fail(response, refused);
    if (searchParams.has('list-type')) {
      asked.pages += 1;
      return list(response, objects, searchParams, pageSize);
    }
    const whole = objects.get(key);
    if (!whole) return fail(response, { status: 404, code: 'NoSuchKey' });
    asked.objects += 1;
    if (asked.objects >= together) enough.resolve();
    await enough.promise;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const bytes = from === undefined ? whole : whole.subarray(Number(from), Number(to) + 1);
    response.setHeader('ETag', `"${createHash('md5').update(whole).digest('hex')}"`);
    if (from !== undefined) response.setHeader('Content-Range', `bytes ${from}-${to}/${whole.length}`);
    response.setHeader('Content-Length', bytes.length);
    response.writeHead(from === undefined ? 200 : 206).end(bytes);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server = tls ? createTlsServer({ cert: tls.cert, key: tls.key }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    asked,
    endpoint: {
      endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
      region: 'us-east-1',
      accessKeyId: 'THEACCESSKEY',
      secretAccessKey: 'the-secret-key',
      bucketPrefix: '',
      tls: null,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function fail(response: ServerResponse, { status, code }: Refusal): void {
  response
    .writeHead(status, { 'Content-Type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

function list(
  response: ServerResponse,
  objects: ReadonlyMap<string, Uint8Array>,
  asked: URLSearchParams,
  pageSize: number,
): void {
  const prefix = asked.get('prefix') ?? '';
  const most = Math.min(Number(asked.get('max-keys') ?? pageSize), pageSize);
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const from = Number(asked.get('continuation-token') ?? 0);
  const contents = keys
    .slice(from, from + most)
    .map(
      (key) =>
        `<Contents><Key>${encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')}</Key>` +
        `<Size>${objects.get(key)?.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
    );
  const rest = from + most < keys.length;
  response
    .writeHead(200, { 'Content-Type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${rest}</IsTruncated>` +
        `${rest ? `<NextContinuationToken>${from + most}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
    );
}
