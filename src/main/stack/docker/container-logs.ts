import { serviceOf, stackLabels } from '../labels.ts';
import type { LogBatch, LogContainer, LogOpening, LogSource } from '../log-source.ts';
import type { DockerConnection } from './client.ts';
import { LogFrames } from './container-log-frames.ts';
import { containerLogStream } from './container-log-stream.ts';
import { dockerFault, statusOf } from './docker-fault.ts';

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
/** What the daemon keeps of a line beside its text: the stream's name, the time, JSON's signs. */
const besideText = 80;

/** `10m` as the daemon reads it; null for what it would not rotate at. */
function parseSize(text: string | undefined): number | null {
  const [, digits, unit = ''] = /^(\d+)\s*([kmg]?)b?$/i.exec(text ?? '') ?? [];
  return digits === undefined ? null : Number(digits) * (units[unit.toLowerCase()] ?? 1);
}

/** Only these two keep files that they throw away; `local` does so at 20 MB unless told otherwise. */
function rotationOf(driver: string, options: Readonly<Record<string, string>>): number | null {
  if (driver === 'local') return parseSize(options['max-size'] ?? '20m');
  return driver === 'json-file' ? parseSize(options['max-size']) : null;
}

/** The daemon ended what it had to keep open: it is being stopped. */
class DaemonClosed extends Error {
  readonly code = 'ECONNRESET';
}

/** Removed, or about to be. */
const isGone = (error: unknown) => [404, 409].includes(statusOf(error) ?? 0);

/** Logs of the containers that carry a stack's label, over the Engine API. */
export class ContainerLogs implements LogSource {
  private readonly connection: DockerConnection;
  private readonly stackId: () => Promise<string | null>;

  /** @param stackId the stack's id; null as long as there is none */
  constructor(connection: DockerConnection, stackId: () => Promise<string | null>) {
    this.connection = connection;
    this.stackId = stackId;
  }

  async containers(): Promise<readonly LogContainer[]> {
    const id = await this.stackId();
    if (id === null) return [];
    const { docker, url } = this.connection;
    const filters = { label: [`${stackLabels.stack}=${id}`, stackLabels.service] };
    const found = await docker.listContainers({ all: true, filters }).catch((error: unknown) => {
      throw dockerFault(error, url);
    });
    const described = found.map(({ Id, Labels, State }) => {
      const service = serviceOf(Labels);
      return service ? this.describe(Id, service, State === 'running') : [];
    });
    return (await Promise.all(described)).flat();
  }

  async *open(
    container: LogContainer,
    { since, tail, follow }: LogOpening,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch, void, undefined> {
    const nanos = since === null ? null : String(since % 1_000_000_000n).padStart(9, '0');
    const query = {
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      follow: follow ? '1' : '0',
      ...(since === null ? {} : { since: `${since / 1_000_000_000n}.${nanos}` }),
      ...(tail === null ? {} : { tail: String(tail) }),
    };
    const frames = new LogFrames(container.service);
    try {
      for await (const chunk of containerLogStream(this.connection, container.id, query, signal)) {
        const lines = frames.push(chunk);
        if (lines.length > 0) yield { lines, bytes: chunk.length + lines.length * besideText };
      }
    } catch (error) {
      // Removed: its log is over.
      if (isGone(error)) return;
      throw dockerFault(error, this.connection.url);
    }
    const lines = signal.aborted ? [] : frames.end();
    if (lines.length > 0) yield { lines, bytes: lines.length * besideText };
  }

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

  /** Nothing where it went away meanwhile. */
  private async describe(
    id: string,
    service: LogContainer['service'],
    running: boolean,
  ): Promise<LogContainer[]> {
    try {
      const { HostConfig } = await this.connection.docker.getContainer(id).inspect();
      const { Type = '', Config } = HostConfig.LogConfig ?? {};
      return [{ id, service, running, rotationBytes: rotationOf(Type, Config ?? {}) }];
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  }
}
