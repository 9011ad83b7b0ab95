import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A port of 127.0.0.1 that stays the same while the server behind it restarts on other ones; with a certificate it speaks TLS. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** How often a client sent something that holds this text. */
  sent(text: string): number;
}

export async function startTcpProxy(target: () => number, certificate?: Certificate): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  const chunks: Buffer[] = [];
  const serve = (client: net.Socket) => {
    const upstream = net.connect(target(), '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      // A broken connection is what the tests are about: the other end hears of it by its own being closed.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
  };
  const server = certificate ? tls.createServer({ ...certificate }, serve) : net.createServer(serve);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sent: (text) => chunks.filter((chunk) => chunk.includes(text)).length,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A certificate that vouches for itself, for these names (`IP:127.0.0.1`, `DNS:mongo.example`). */
export function makeCertificate(...names: readonly string[]): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'trainyard-certificate-'));
  try {
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=trainyard test'],
        ...['-addext', `subjectAltName=${names.join(',')}`],
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
    return { cert: read('cert.pem'), key: read('key.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
