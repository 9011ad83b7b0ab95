import { z } from 'zod';
import { errorData } from '../../shared/contract/common.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { fileUrl } from './files.ts';
import { parseJson } from './json.ts';

const answerSchema = z.object({ code: z.string(), message: z.string(), data: errorData });

/** The engine's own error in an answer; UPLOAD_FAILED where it has none, as where something between page and engine answered. */
function errorOf({ responseText, status }: XMLHttpRequest): TrainyardError {
  const { data: answer } = answerSchema.safeParse(parseJson(responseText));
  if (!answer) return fault('UPLOAD_FAILED', {}, { status: status || 503 });
  return TrainyardError.from({ ...answer, ...answer.data }, { status });
}

const mostTries = 3;

/**
 * Sends a file to the engine as it is, and again from the start where the connection broke off: what came before is never used.
 * @returns the name by which the engine knows it, as `upload://ID`
 */
export async function uploadFile(
  file: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<string> {
  for (let count = 1; ; count += 1) {
    try {
      return await sendFile(file, onProgress, signal);
    } catch (error) {
      const broke = error instanceof TrainyardError && error.code === 'UPLOAD_FAILED';
      if (!broke || signal.aborted || count >= mostTries) throw error;
    }
  }
}

/** XMLHttpRequest, because `fetch` does not report an upload's progress. */
function sendFile(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', fileUrl(`/files/uploads?name=${encodeURIComponent(file.name)}`));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'text';
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => reject(errorOf(request));
    // Chromium's event where the system gave up on the connection.
    request.ontimeout = request.onerror;
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      if (request.status < 200 || request.status > 299) {
        reject(errorOf(request));
        return;
      }
      const answer: { uploadId: string } = JSON.parse(request.responseText);
      resolve(`upload://${answer.uploadId}`);
    };
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
