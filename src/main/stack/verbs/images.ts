import type { ServiceName } from '../../../shared/model/stack.ts';
import type { OnProgress } from '../../platform/progress.ts';
import { pullCause } from '../causes.ts';
import type { Daemon } from '../docker/daemon.ts';
import { DaemonRefusal, type LocalImage, type PullProgress } from '../docker-objects.ts';
import { dataVersion } from '../image-versions.ts';
import type { PinnedImage } from '../record.ts';

const reportEveryMs = 100;
const rateWindowMs = 2000;

/** Reports a pull at most every 100 ms, and its end, with the rate over the last two seconds. */
function pullReporter(onProgress: OnProgress, service: ServiceName, image: string) {
  let samples: { readonly at: number; readonly bytes: number }[] = [];
  let last: PullProgress | null = null;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (progress: PullProgress) => {
    const bytes = progress.bytesDone;
    const at = performance.now();
    reportedAt = at;
    samples = [...samples.filter((sample) => at - sample.at <= rateWindowMs), { at, bytes }];
    const [first] = samples;
    const isKnown = first !== undefined && at > first.at;
    const bytesPerSecond = isKnown ? Math.round(((bytes - first.bytes) / (at - first.at)) * 1000) : 0;
    onProgress({ type: 'pull', service, image, ...progress, bytesPerSecond });
  };
  return {
    note: (progress: PullProgress) => {
      last = progress;
      if (performance.now() - reportedAt >= reportEveryMs) report(progress);
    },
    end: () => {
      if (last) report(last);
    },
  };
}

/** The repository of a reference: `localhost:5000/a/b:tag` → `localhost:5000/a/b`. */
function repositoryOf(reference: string): string {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** The reference by digest of an image that was pulled; null for one that was built here. */
export function digestOf(reference: string, image: Pick<LocalImage, 'digests'>): string | null {
  if (reference.includes('@')) return reference;
  const repository = repositoryOf(reference);
  const names = [repository, `docker.io/${repository}`, `docker.io/library/${repository}`];
  return image.digests.find((digest) => names.includes(repositoryOf(digest))) ?? null;
}

async function pull(
  daemon: Daemon,
  service: ServiceName,
  image: string,
  onProgress: OnProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const reporter = pullReporter(onProgress, service, image);
  try {
    await daemon.pull(image, reporter.note, signal);
  } catch (error) {
    throw error instanceof DaemonRefusal ? pullCause(service, image, error.message) : error;
  }
  reporter.end();
}

/**
 * Has a service's image here, pulled where it is not. An image that was pulled stays the one it was, by its digest, whatever its tag
 * means later; one that was built here is what its tag means.
 * @throws TrainyardError IMAGE_MISSING, IMAGE_PULL_FAILED, DISK_FULL
 */
export async function ensureImage(
  daemon: Daemon,
  service: ServiceName,
  reference: string,
  known: PinnedImage | undefined,
  onProgress: OnProgress,
  signal: AbortSignal | undefined,
): Promise<PinnedImage> {
  const wanted = known?.reference === reference && known.pinned ? known.pinned : reference;
  let image = await daemon.image(wanted);
  if (!image) {
    await pull(daemon, service, wanted, onProgress, signal);
    image = await daemon.image(wanted);
  }
  if (!image) throw pullCause(service, wanted, 'it is not there after it was pulled');
  return {
    reference,
    pinned: wanted === reference ? digestOf(reference, image) : wanted,
    id: image.id,
    version: dataVersion(service, reference, image),
  };
}
