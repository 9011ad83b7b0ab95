import type { StackLogLine } from '../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { pause } from '../../platform/waiting.ts';
import { DaemonRefusal, type StackContainer } from '../docker-objects.ts';
import { stackLabels } from '../labels.ts';
import { openSocket } from './address.ts';
import type { DockerConnection } from './client.ts';
import { LogFrames } from './container-log-frames.ts';
import { Daemon } from './daemon.ts';
import { dockerFault, isGone } from './docker-fault.ts';

/** A container of the stack that has a log. A service's container that is made anew has another id. */
export interface LogContainer {
  readonly id: string;
  readonly service: ServiceName;
  /** When this was asked. */
  readonly running: boolean;
  /** The daemon begins a new file from time to time, and throws old ones away. */
  readonly isRotated: boolean;
}

export interface LogOpening {
  /** Nanoseconds since 1970; included. Null: from the beginning. */
  readonly since: bigint | null;
  /** Only so many of the last; null: all. */
  readonly tail: number | null;
  /** Stays open for what is printed later, as long as the container runs. */
  readonly follow: boolean;
  /** Called with the time of what is read first, which may be the beginning of a line that ends behind others. */
  readonly onBegin?: ((time: string) => void) | undefined;
}

/** States in which nothing is printed any more. */
const ended = ['created', 'removing', 'exited', 'dead'];

function toLogContainer({ id, service, state, isLogRotated }: StackContainer): LogContainer[] {
  return service ? [{ id, service, running: !ended.includes(state), isRotated: isLogRotated }] : [];
}

/** The daemon ended what it had to keep open: it is being stopped. */
class DaemonClosed extends Error {
  readonly code = 'ECONNRESET';
}

/**
 * Until the next chunk is read, where the last was a small one: the daemon writes line by line, and each reading costs more than a line.
 * A local socket holds 277 of its writes, about 27 kB, and then the daemon waits: a longer pause would set its pace.
 */
const gatherMs = 1;
const largeChunk = 16 * 1024;

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
async function* containerLogStream(
  connection: Pick<DockerConnection, 'url' | 'certificates'>,
  container: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  // Of its own: what a log is read over is busy with it for as long as it is read.
  const socket = openSocket(connection);
  // Needed even if nobody reads any more; a reader gets the error from the chunks.
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
    for await (const chunk of chunks) {
      yield chunk;
      if (chunk.length < largeChunk) await pause(gatherMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** Logs of the containers that carry a stack's label, over the Engine API. */
export class ContainerLogs {
  private readonly connection: DockerConnection;
  private readonly daemon: Daemon;
  private readonly stackId: () => Promise<string | null>;

  /** @param stackId the stack's id; null as long as there is none */
  constructor(connection: DockerConnection, stackId: () => Promise<string | null>) {
    this.connection = connection;
    this.daemon = new Daemon(connection);
    this.stackId = stackId;
  }

  /** The stack's containers, running or not. @throws TrainyardError DOCKER_* */
  async containers(): Promise<readonly LogContainer[]> {
    const id = await this.stackId();
    return id === null ? [] : (await this.daemon.containers(id)).flatMap(toLogContainer);
  }

  /** The container as it is now. @throws TrainyardError DOCKER_* */
  async refresh(container: LogContainer): Promise<LogContainer> {
    const found = await this.daemon.container(container.id);
    const [now] = found ? toLogContainer(found) : [];
    return now ?? { ...container, running: false };
  }

  /**
   * A batch is fetched on request: a slow reader slows the daemon down. Where the container ran before, a line without an
   * end is left out: the daemon cuts long lines, and the rest comes.
   * @throws TrainyardError DOCKER_*
   */
  async *open(
    container: LogContainer,
    { since, tail, follow, onBegin }: LogOpening,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StackLogLine[], void, undefined> {
    const nanos = since === null ? null : String(since % 1_000_000_000n).padStart(9, '0');
    const query = {
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      follow: follow ? '1' : '0',
      ...(since === null ? {} : { since: `${since / 1_000_000_000n}.${nanos}` }),
      ...(tail === null ? {} : { tail: String(tail) }),
    };
    const frames = new LogFrames(container.service, onBegin);
    try {
      for await (const chunk of containerLogStream(this.connection, container.id, query, signal)) {
        const lines = frames.push(chunk);
        if (lines.length > 0) yield lines;
      }
    } catch (error) {
      // Removed: its log is over.
      if (isGone(error)) return;
      throw dockerFault(error, this.connection.url);
    }
    const lines = container.running || signal.aborted ? [] : frames.end();
    if (lines.length > 0) yield lines;
  }

  /** Yields whenever a container of the stack starts, and once as soon as it would notice that. */
  async *starts(signal: AbortSignal): AsyncGenerator<void, void, undefined> {
    const id = await this.stackId();
    const filters = JSON.stringify({
      type: ['container'],
      event: ['start'],
      // A stack that is not there yet: every start may be its first.
      label: [id === null ? stackLabels.stack : `${stackLabels.stack}=${id}`],
    });
    const { docker, url } = this.connection;
    // The declaration does not know of the signal.
    const options = { filters, abortSignal: signal };
    const events: NodeJS.ReadableStream = await docker.getEvents(options);
    try {
      yield;
      for await (const _ of events) yield;
    } catch (error) {
      if (!signal.aborted) throw dockerFault(error, url);
    }
    if (!signal.aborted) throw dockerFault(new DaemonClosed(), url);
  }
}
