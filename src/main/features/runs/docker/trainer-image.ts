import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { statusOf } from '../../../stack/docker/docker-fault.ts';

const repository = 'trainyard/trainer';
/** On images that were built here, so that older ones can be found and removed. */
const imageLabel = 'trainyard.trainer';
const shownFailureLines = 15;

const lineSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
});

/** What an image is built with, from the environment. */
export interface ImageChoice {
  /** Left out: as the Dockerfile says. */
  readonly baseImage: string | undefined;
  /** With Ultralytics, which is AGPL-3.0: only for its models. */
  readonly withUltralytics: boolean;
}

type SourceFile = readonly [name: string, bytes: Buffer];

/** The files that go into the image, sorted by name. */
async function sourcesOf(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => /^(?:Dockerfile|hosts|requirements\.lock|trainyard_torch\/.*\.py)$/.test(name))
    .sort();
  return Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const));
}

/** Another one for whatever makes another image. */
function tagOf(sources: readonly SourceFile[], { baseImage = '', withUltralytics }: ImageChoice): string {
  const hash = createHash('sha256').update(`${baseImage}\0${withUltralytics}`);
  for (const [name, bytes] of sources) hash.update(`\0${name}\0${bytes.length}\0`).update(bytes);
  return `${repository}:${hash.digest('hex').slice(0, 12)}`;
}

async function contextOf(sources: readonly SourceFile[]): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  // The daemon keeps the layers of files whose times have not changed.
  const mtime = new Date(0);
  for (const [name, bytes] of sources) archive.entry({ name, mtime, mode: 0o644 }, bytes);
  archive.finalize();
  return Readable.from(archive, { objectMode: false });
}

/** The image of the torch trainer: built from its folder, where it is not there yet. */
export class TrainerImage {
  private readonly folder: string;
  private readonly choice: ImageChoice;
  private sources: Promise<SourceFile[]> | null = null;

  /** @param folder `resources/trainers/torch` */
  constructor(folder: string, choice: ImageChoice) {
    this.folder = folder;
    this.choice = choice;
  }

  async tag(): Promise<string> {
    return tagOf(await this.read(), this.choice);
  }

  /** The image's id; null where it was not built. @throws what the client throws */
  async find(docker: Docker): Promise<string | null> {
    try {
      return (await docker.getImage(await this.tag()).inspect()).Id;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /**
   * Builds it. Cut off, the daemon keeps the layers that are done, and the next try goes on with them.
   * @throws TrainyardError TRAINER_IMAGE_FAILED with the last lines
   */
  async build(docker: Docker, report: (line: string) => void, signal: AbortSignal): Promise<void> {
    const sources = await this.read();
    const { baseImage, withUltralytics } = this.choice;
    const options: Docker.ImageBuildOptions = {
      t: tagOf(sources, this.choice),
      labels: { [imageLabel]: '1' },
      rm: true,
      forcerm: true,
      abortSignal: signal,
      buildargs: {
        ...(baseImage === undefined ? {} : { BASE_IMAGE: baseImage }),
        ...(withUltralytics && { ULTRALYTICS: 'yes' }),
      },
    };
    const stream = await docker.buildImage(await contextOf(sources), options);
    const stop = () => 'destroy' in stream && typeof stream.destroy === 'function' && stream.destroy();
    signal.addEventListener('abort', stop);
    const last: string[] = [];
    let failure: string | null = null;
    try {
      await new Promise<void>((resolve, reject) => {
        stream.on('close', resolve);
        docker.modem.followProgress(
          stream,
          (error) => (error ? reject(error) : resolve()),
          (event: unknown) => {
            const { stream: text, status, id, error } = lineSchema.safeParse(event).data ?? {};
            if (error !== undefined) failure = error;
            // Layers of the base image that come: their beginning and end, not each piece.
            const isStep = status !== undefined && !/^(?:Downloading|Extracting|Waiting)$/.test(status);
            const line = text?.trim() ?? (isStep ? `${id ? `${id}: ` : ''}${status}` : '');
            if (line === '') return;
            last.push(line);
            if (last.length > shownFailureLines) last.shift();
            report(line);
          },
        );
      });
    } catch (error) {
      failure ??= error instanceof Error ? error.message : String(error);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    if (failure === null && (await this.find(docker)) !== null) return;
    const lines = [...last, failure ?? 'the connection to Docker broke'].join('\n');
    throw fault('TRAINER_IMAGE_FAILED', { image: tagOf(sources, this.choice), lines });
  }

  private read(): Promise<SourceFile[]> {
    this.sources ??= sourcesOf(this.folder).catch((error: unknown) => {
      this.sources = null;
      throw error;
    });
    return this.sources;
  }
}
