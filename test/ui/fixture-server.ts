import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { Access } from '../../src/main/server/access.ts';
import { KnownPages } from '../../src/main/server/known-pages.ts';
import { inlineScriptSources } from '../../src/main/server/page.ts';
import { SignIn } from '../../src/main/server/sign-in.ts';
import { type FixtureFaults, fixtureRouter, meetFault, meetStores } from './fixture-router.ts';
import { makeStory, type Story } from './fixture-story.ts';

const renderer = path.resolve(import.meta.dirname, '../../out/renderer');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Fixture extends AsyncDisposable {
  readonly url: string;
  /** A link to an address of the page (`/runs?…`) that signs the browser in. */
  link(address: string): string;
  readonly story: Story;
  readonly faults: FixtureFaults;
  /** Breaks every connection; with `refuse` new ones fail until `accept`. */
  drop(refuse: boolean): void;
  accept(): void;
  /** Serves another build from now on, as an updated engine does: what the old page has of its own is not there any more. */
  update(): void;
  /** Knows no page from now on. */
  forget(): void;
}

/** What the engine sends with every page: the bundle must live under it. */
function policy(host: string, page: string): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...inlineScriptSources(page)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The built page, read once: a build that runs beside a test must not pull it from under it. */
function builtPage(): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(renderer, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [`/${path.relative(renderer, file).replaceAll(path.sep, '/')}`, readFileSync(file)];
      }),
  );
}

function serveFiles(
  story: Story,
  files: ReadonlyMap<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname: address, searchParams } = new URL(request.url ?? '/', 'http://fixture');
  response.setHeader(
    'content-security-policy',
    policy(request.headers.host ?? '', String(files.get('/index.html'))),
  );
  const image = /^\/files\/datasets\/[^/]+\/\d+\/images\/([0-9a-f]{64})$/.exec(address)?.[1];
  const artifact = /^\/files\/runs\/[^/]+\/artifacts\/([^/]+)$/.exec(address)?.[1];
  if (image !== undefined) {
    const all = [story.state.images, ...story.state.labelled.values()].flat();
    const bytes = all.find(({ sha256 }) => sha256 === image)?.bytes;
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'image/png' }).end(bytes);
    return;
  }
  if (artifact !== undefined) {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(story.state.artifacts.get(artifact)?.body);
    return;
  }
  if (address === '/files/uploads') {
    request.resume();
    request.on('end', () =>
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end(JSON.stringify({ uploadId: searchParams.get('name'), sizeBytes: 1 })),
    );
    return;
  }
  const found = files.has(address) ? address : '/index.html';
  if (found !== address && path.extname(address) !== '') {
    response.writeHead(404).end();
    return;
  }
  response
    .writeHead(200, { 'content-type': types[path.extname(found)] ?? 'application/octet-stream' })
    .end(files.get(found));
}

/** The same page under other names, as a build of other sources has them. */
function renamed(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  const names = [...files.keys()]
    .filter((name) => name.startsWith('/assets/'))
    .map((name) => path.basename(name));
  const rename = (text: string) =>
    names.reduce((result, name) => result.replaceAll(name, name.replace(/-(?=[^-]*$)/, '-next')), text);
  return new Map(
    [...files].map(([name, bytes]) => [rename(name), Buffer.from(rename(bytes.toString('utf8')))]),
  );
}

/** Serves the built page with the contract in memory behind it: a bench for states that a real engine reaches slowly or never. */
export async function startFixture(port = 0): Promise<Fixture> {
  const story = makeStory();
  let files = builtPage();
  const faults: FixtureFaults = new Map();
  const handler = new RPCHandler(fixtureRouter(story.state), {
    clientInterceptors: [
      ({ next, path: procedure }) => {
        meetFault(faults, procedure);
        meetStores(story.state, procedure);
        return next();
      },
    ],
  });
  const sockets = new WebSocketServer({ noServer: true });
  let refusing = false;
  const remembered = new Map<string, unknown>();
  const newAccess = () =>
    new Access('token of the fixture', new KnownPages(remembered, { warn: () => {} }, () => 0));
  let access = newAccess();
  const enter = (connection: WebSocket) => {
    const attempt = new SignIn(access, 0);
    const hear = async (data: unknown) => {
      const answer = await attempt.receive(String(data));
      connection.send(JSON.stringify(answer));
      if (answer.type === 'challenge') return;
      connection.off('message', hear);
      if (answer.type === 'welcome') await handler.upgrade(connection);
      else connection.close();
    };
    connection.on('message', hear);
  };
  const server = createServer((request, response) => {
    serveFiles(story, files, request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (refusing) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, enter);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const dropAll = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    link: (address) => `http://127.0.0.1:${taken}${address}#ticket=${access.issueTicket().ticket}`,
    story,
    faults,
    drop: (refuse) => {
      refusing = refuse;
      dropAll();
    },
    accept: () => {
      refusing = false;
    },
    update: () => {
      files = renamed(files);
    },
    forget: () => {
      remembered.clear();
      access = newAccess();
      dropAll();
    },
    [Symbol.asyncDispose]: async () => {
      dropAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
