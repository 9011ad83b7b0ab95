import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { fault } from '../../../shared/errors/catalogue.ts';

/** Bytes of an error's text that are kept. */
const mostErrorBytes = 16 * 1024;

/** Keeps what is written to it. @param refuses more than this is an error; else it is left out */
class Kept extends Writable {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly most: number;
  private readonly refuses: boolean;

  constructor(most: number, refuses: boolean) {
    super();
    this.most = most;
    this.refuses = refuses;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const fits = this.bytes + chunk.length <= this.most;
    if (fits) this.chunks.push(chunk);
    this.bytes += chunk.length;
    done(fits || !this.refuses ? undefined : new Error(`More than ${this.most} bytes.`));
  }

  content(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/**
 * Runs a program in a running container, without a shell, and answers what it printed.
 * @throws TrainyardError CONTAINER_PROGRAM_FAILED, with what it said; and what the daemon throws
 */
export async function runInContainer(
  docker: Docker,
  id: string,
  command: readonly string[],
  mostBytes: number,
): Promise<Buffer> {
  const execution = await docker
    .getContainer(id)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await execution.start({ hijack: true, stdin: false });
  const [output, errors] = [new Kept(mostBytes, true), new Kept(mostErrorBytes, false)];
  output.on('error', (error) => stream.destroy(error));
  docker.modem.demuxStream(stream, output, errors);
  await finished(stream, { writable: false });
  const { ExitCode: code } = await execution.inspect();
  if (code === 0) return output.content();
  const said = errors.content().toString('utf8').trim();
  throw fault('CONTAINER_PROGRAM_FAILED', { program: command[0] ?? '', code: code ?? -1, said });
}
