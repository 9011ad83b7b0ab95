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

/** A request whose first field is a namespace, as those of `DescribeNamespace` and `ListWorkflowExecutions` are. */
function namespaceMessage(namespace: string, ...others: readonly number[]): Buffer {
  const name = Buffer.from(namespace);
  // A namespace's name has less than 128 bytes, so that its length is one byte.
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name, Buffer.from(others)]);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function ask(
  session: ClientHttp2Session,
  method: string,
  apiKey: string | null,
  request: Buffer,
): Promise<Answer> {
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
    stream.end(request);
  });
}

function readVersion(body: Buffer): string {
  const message = body.subarray(prefixBytes);
  if (message[0] !== versionTag) return '';
  return message.subarray(2, 2 + (message[1] ?? 0)).toString('utf8');
}

/** `ListWorkflowExecutionsRequest.page_size = 2`: one. */
const onePerPage = [0x10, 1];

/** Asks for the system's information, which a Temporal answers as soon as it serves, for the namespace, and whether it can be used. */
export const probeTemporal: Probe = async ({ temporal }, signal) => {
  const { address, namespace, tls, apiKey } = temporal;
  const session = connect(`${tls ? 'https' : 'http'}://${address}`, tlsConnection(tls));
  try {
    const answers = Promise.all([
      ask(session, 'GetSystemInfo', apiKey, emptyMessage),
      ask(session, 'DescribeNamespace', apiKey, namespaceMessage(namespace)),
      ask(session, 'ListWorkflowExecutions', apiKey, namespaceMessage(namespace, ...onePerPage)),
    ]);
    const [{ status, message, body }, described, listed] = await unlessAborted(answers, signal);
    if (status !== '0') throw new Error(`Temporal answers with status ${status || 'none'}: ${message}`);
    const isUsable = described.status === '0' && listed.status === '0';
    return { version: readVersion(body), shape: isUsable ? described.body.toString('base64') : null };
  } finally {
    session.destroy();
  }
};
