import { type ClientHttp2Session, connect } from 'node:http2';
import { tlsConnection } from '../../platform/endpoints.ts';
import { type Probe, unlessAborted } from './probe.ts';

/** A gRPC message: not compressed, and four bytes of length. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const emptyMessage = Buffer.alloc(5);
const prefixBytes = 5;
/** `GetSystemInfoResponse.server_version = 1`: a field of the first number with a length. */
const versionTag = 0x0a;

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly body: Buffer;
}

function ask(session: ClientHttp2Session, method: string, apiKey: string | null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/temporal.api.workflowservice.v1.WorkflowService/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    });
    const chunks: Buffer[] = [];
    let status = '';
    let message = '';
    const note = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] === undefined) return;
      status = String(headers['grpc-status']);
      message = decodeURIComponent(String(headers['grpc-message'] ?? ''));
    };
    session.on('error', reject);
    stream.on('error', reject);
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('close', () => resolve({ status, message, body: Buffer.concat(chunks) }));
    stream.end(emptyMessage);
  });
}

function readVersion(body: Buffer): string {
  const message = body.subarray(prefixBytes);
  if (message[0] !== versionTag) return '';
  return message.subarray(2, 2 + (message[1] ?? 0)).toString('utf8');
}

/**
 * Asks for the system's information, which a Temporal answers as soon as it serves. By hand: the client library takes half a second to
 * load and keeps its channels.
 */
export const probeTemporal: Probe = async ({ temporal }, signal) => {
  const { address, tls, apiKey } = temporal;
  const session = connect(`${tls ? 'https' : 'http'}://${address}`, tlsConnection(tls));
  try {
    const { status, message, body } = await unlessAborted(ask(session, 'GetSystemInfo', apiKey), signal);
    if (status !== '0') throw new Error(`Temporal answers with status ${status || 'none'}: ${message}`);
    return readVersion(body);
  } finally {
    session.destroy();
  }
};
