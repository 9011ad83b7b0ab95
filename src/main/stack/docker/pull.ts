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
  readonly done: boolean;
  readonly bytes: number;
  readonly total: number;
}

/** A layer after another line of it. Bytes are those that come over the network: unpacking is not counted again. */
function layerAfter({ done, bytes, total }: Layer, { status, progressDetail }: Line): Layer {
  switch (status) {
    case 'Downloading':
      return { done, bytes: progressDetail?.current ?? bytes, total: progressDetail?.total ?? total };
    case 'Download complete':
    case 'Extracting':
      return { done, bytes: total, total };
    case 'Pull complete':
    case 'Already exists':
      return { done: true, bytes: total, total };
    default:
      return { done, bytes, total };
  }
}

function totalsOf(layers: readonly Layer[]): PullProgress {
  const sum = (of: (layer: Layer) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  return {
    layers: layers.length,
    layersDone: sum(({ done }) => Number(done)),
    bytesDone: sum(({ bytes }) => bytes),
    bytesTotal: sum(({ total }) => total),
  };
}

/** The daemon takes `latest` for every tag where none is named. */
function withTag(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}

/** Pulls an image, and reports the progress of all layers as totals. @throws DaemonRefusal with its words */
export async function pullImage(
  docker: Docker,
  reference: string,
  onProgress: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal ? { abortSignal: signal } : {};
  const stream = await docker.pull(withTag(reference), options);
  const layers = new Map<string, Layer>();
  const failures: string[] = [];
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event: unknown) => {
        const line = lineSchema.safeParse(event);
        if (!line.success) return;
        if (line.data.error) failures.push(line.data.error);
        const { id, status } = line.data;
        // "Pulling from library/postgres" carries the tag as its id.
        if (id && status && !status.startsWith('Pulling from'))
          layers.set(id, layerAfter(layers.get(id) ?? { done: false, bytes: 0, total: 0 }, line.data));
        onProgress(totalsOf([...layers.values()]));
      },
    );
  }).catch((error: unknown) => {
    throw failures.length > 0 ? new DaemonRefusal(0, failures.join('; '), error) : error;
  });
  if (failures.length > 0) throw new DaemonRefusal(0, failures.join('; '));
}
