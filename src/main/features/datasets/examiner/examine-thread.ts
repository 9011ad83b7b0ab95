import { parentPort, workerData } from 'node:worker_threads';
import { systemFault } from '../../../platform/faults/system-fault.ts';
import type { ExaminationWatch } from '../examination.ts';
import type { AcceptedImage, PlacedImage } from '../images.ts';
import { localExaminer } from './local-examiner.ts';
import type { ThreadData, ThreadMessage, ThreadOrder } from './thread-examiner.ts';

/** Read in some milliseconds. */
const imagesAPart = 500;
const reportEveryMs = 100;

const port = parentPort;
if (!port) throw new Error('This is a thread of the engine, and no program.');
const { stateFolder, s3, request }: ThreadData = workerData;
const post = (message: ThreadMessage) => port.postMessage(message);

let reportedPhase = '';
let reportedAt = 0;
function progress(...at: Parameters<ExaminationWatch['onProgress']>): void {
  const now = performance.now();
  if (at[0] === reportedPhase && now - reportedAt < reportEveryMs) return;
  [reportedPhase, reportedAt] = [at[0], now];
  post({ kind: 'progress', at });
}

/** How the image looks was judged here; left behind, it need not be copied. */
function toAccepted(image: AcceptedImage & Partial<Omit<PlacedImage, 'class'>>): AcceptedImage {
  const { type, lowest, fingerprint, damage, ...accepted } = image;
  return accepted;
}

const stop = new AbortController();
const { signal } = stop;
let wantsMore = Promise.withResolvers<void>();
port.on('message', (order: ThreadOrder) => {
  if (order === 'stop') stop.abort();
  wantsMore.resolve();
});

/** Resolves when the next images are wanted, or nothing any more. */
async function wanted(): Promise<void> {
  await wantsMore.promise;
  wantsMore = Promise.withResolvers();
  signal.throwIfAborted();
}

try {
  const found = await localExaminer(stateFolder, s3)(request, { signal, onProgress: progress });
  const { accepted, ...whole } = found;
  post({ kind: 'found', ...whole, images: accepted.length });
  for (let from = 0; from < accepted.length; from += imagesAPart) {
    await wanted();
    post({ kind: 'images', images: accepted.slice(from, from + imagesAPart).map(toAccepted) });
  }
} catch (error) {
  const known = systemFault(error);
  if (known) post({ kind: 'failed', error: known.record, status: known.status });
  else if (!signal.aborted) throw error;
}
port.close();
