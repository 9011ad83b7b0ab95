import { Worker } from 'node:worker_threads';
import { type KeptError, TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import type { Examination, ExaminationRequest, ExaminationWatch, Examine } from '../examination.ts';
import type { AcceptedImage } from '../images.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly stateFolder: string;
  /** The profile's own server. */
  readonly s3: S3Endpoint | null;
  readonly request: ExaminationRequest;
}

/** What the thread sends. The accepted images come in parts, each on request: one large message would block the engine. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly at: Parameters<ExaminationWatch['onProgress']> }
  | ({ readonly kind: 'found'; readonly images: number } & Omit<Examination, 'accepted'>)
  | { readonly kind: 'images'; readonly images: readonly AcceptedImage[] }
  /** A fault that a person can act on; every other one ends the thread. */
  | { readonly kind: 'failed'; readonly error: KeptError; readonly status: number };

/** What the thread receives. `more`, in reply to `found` and `images`, requests more images; `stop` ends the examination. */
export type ThreadOrder = 'more' | 'stop';

type Found = Extract<ThreadMessage, { kind: 'found' }>;

/** So long a thread may take to end by itself. One that is ended from outside leaves the file open that it opens at that moment. */
const timeoutMs = 10_000;

/**
 * Examines sources in a thread for each, so that the engine goes on answering.
 * @param program the file that the thread runs: `examine-thread`, bundled or not
 */
export function threadExaminer(program: string, stateFolder: string, s3: S3Endpoint | null = null): Examine {
  return async (request, { signal, onProgress }) => {
    signal.throwIfAborted();
    const workerData: ThreadData = { stateFolder, s3, request };
    const thread = new Worker(program, { workerData, name: 'examine' });
    const order = (message: ThreadOrder) => thread.postMessage(message);
    let deadline: NodeJS.Timeout | undefined;
    const abort = () => {
      order('stop');
      deadline = setTimeout(() => void thread.terminate(), timeoutMs).unref();
    };
    signal.addEventListener('abort', abort);
    const accepted: AcceptedImage[] = [];
    const answer: { found?: Found; failed?: TrainyardError } = {};
    thread.on('message', (message: ThreadMessage) => {
      if (signal.aborted) return;
      if (message.kind === 'progress') onProgress(...message.at);
      else if (message.kind === 'failed') answer.failed = TrainyardError.from(message.error, message);
      else {
        if (message.kind === 'found') answer.found = message;
        else for (const image of message.images) accepted.push(image);
        // Behind whatever else waits for the engine.
        setImmediate(order, 'more');
      }
    });
    try {
      await new Promise((resolve, reject) => {
        thread.on('error', reject);
        thread.once('exit', resolve);
      });
      signal.throwIfAborted();
      const { found, failed } = answer;
      if (failed) throw failed;
      if (!found || accepted.length !== found.images)
        throw new Error('the thread that examined a dataset ended before it had told all');
      const { kind, images, ...whole } = found;
      return { ...whole, accepted };
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
      clearTimeout(deadline);
      // After an error the thread may go on for a moment.
      await thread.terminate();
    }
  };
}
