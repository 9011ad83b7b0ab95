import type Docker from 'dockerode';
import { z } from 'zod';
import { DaemonRefusal, type PullProgress } from '../docker-objects.ts';

const lineSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});
type Line = z.infer<typeof lineSchema>;

interface Layer {
  done: boolean;
  bytes: number;
  total: number;
}

/** Adds up what the daemon says of each layer. Bytes are those that come over the network: unpacking is not counted again. */
class Layers {
  private readonly layers = new Map<string, Layer>();

  note({ id, status, progressDetail }: Line): void {
    // "Pulling from library/postgres" carries the tag as its id.
    if (!id || !status || status.startsWith('Pulling from')) return;
    const layer = this.layers.get(id) ?? { done: false, bytes: 0, total: 0 };
    this.layers.set(id, layer);
    if (status === 'Downloading') {
      layer.bytes = progressDetail?.current ?? layer.bytes;
      layer.total = progressDetail?.total ?? layer.total;
    } else if (status === 'Download complete' || status === 'Extracting') {
      layer.bytes = layer.total;
    } else if (status === 'Pull complete' || status === 'Already exists') {
      layer.done = true;
      layer.bytes = layer.total;
    }
  }

  get progress(): PullProgress {
    const all = [...this.layers.values()];
    const sum = (of: (layer: Layer) => number) => all.reduce((total, layer) => total + of(layer), 0);
    return {
      layers: all.length,
      layersDone: all.filter(({ done }) => done).length,
      bytesDone: sum(({ bytes }) => bytes),
      bytesTotal: sum(({ total }) => total),
    };
  }
}

/** The daemon takes `latest` for every tag where none is named. */
function withTag(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}

/** Pulls an image; what the daemon says in its stream is told as totals. @throws DaemonRefusal with its words */
export async function pullImage(
  docker: Docker,
  reference: string,
  onProgress: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal ? { abortSignal: signal } : {};
  const stream = await docker.pull(withTag(reference), options);
  const layers = new Layers();
  const failures: string[] = [];
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event: unknown) => {
        const line = lineSchema.safeParse(event);
        if (!line.success) return;
        if (line.data.error) failures.push(line.data.error);
        layers.note(line.data);
        onProgress(layers.progress);
      },
    );
  }).catch((error: unknown) => {
    throw failures.length > 0 ? new DaemonRefusal(0, failures.join('; '), error) : error;
  });
  if (failures.length > 0) throw new DaemonRefusal(0, failures.join('; '));
}
