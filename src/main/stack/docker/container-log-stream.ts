import { DaemonRefusal } from '../docker-objects.ts';
import { type DockerConnection, openSocket } from './client.ts';

const headEnd = Buffer.from('\r\n\r\n');
const largestHead = 64 * 1024;

/** Reads the head of the answer; the stream then begins with what follows it. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<{ status: number; body: Buffer }> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = await chunks.next();
    if (chunk.done) throw new Error('the daemon ended the connection before it answered');
    head = Buffer.concat([head, chunk.value]);
    const end = head.indexOf(headEnd);
    if (end >= 0) {
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head.toString('latin1', 0, end))?.[1] ?? 0);
      return { status, body: head.subarray(end + headEnd.length) };
    }
    if (head.length > largestHead) throw new Error('the daemon did not answer in HTTP');
  }
}

async function readRefusal(
  status: number,
  body: Buffer,
  chunks: AsyncIterable<Buffer>,
): Promise<DaemonRefusal> {
  const parts = [body];
  for await (const chunk of chunks) parts.push(chunk);
  const text = Buffer.concat(parts).toString('utf8').trim();
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return new DaemonRefusal(status, message ? JSON.parse(`"${message}"`) : text);
}

/**
 * The raw stream of a container's log, in chunks as large as they come; ends quietly with the signal.
 * The question is in HTTP/1.0 on purpose: the daemon sends each line as a chunk of its own, and answers without that framing what was
 * asked in 1.0. Otherwise every line is an event of its own here, and reading a million takes a sixth longer than the daemon needs.
 * @throws DaemonRefusal, or the socket's error
 */
export async function* containerLogStream(
  connection: Pick<DockerConnection, 'url' | 'certificates'>,
  container: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  // Of its own: what a log is read over is busy with it for as long as it is read.
  const socket = openSocket(connection);
  // Also where nobody reads any more; whoever reads is told by the chunks.
  socket.on('error', () => {});
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const target = `/v1.40/containers/${encodeURIComponent(container)}/logs?${new URLSearchParams(query)}`;
    socket.write(`GET ${target} HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n`);
    const chunks: AsyncIterableIterator<Buffer> = socket[Symbol.asyncIterator]();
    const { status, body } = await readHead(chunks);
    if (status !== 200) throw await readRefusal(status, body, chunks);
    if (body.length > 0) yield body;
    yield* chunks;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}
