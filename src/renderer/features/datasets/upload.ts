import { TrainyardError } from '../../../shared/errors/error.ts';
import { fileUrl } from '../../rpc/file-key.ts';

const brokenOff = 'UPLOAD_FAILED';

/** The engine's own error in an answer, as far as it has one. */
function errorOf(request: XMLHttpRequest): TrainyardError {
  const fallback = new TrainyardError(
    brokenOff,
    'The file could not be sent to the engine',
    'See whether the engine runs and its disk has room, then try again.',
    { status: request.status || 503 },
  );
  try {
    const body: unknown = JSON.parse(request.responseText);
    if (typeof body !== 'object' || body === null || !('code' in body) || !('message' in body))
      return fallback;
    const data: unknown = 'data' in body ? body.data : null;
    const hint =
      typeof data === 'object' && data !== null && 'hint' in data ? String(data.hint) : fallback.hint;
    return new TrainyardError(String(body.code), String(body.message), hint, { status: request.status });
  } catch (error) {
    // No JSON: something between page and engine answered.
    if (error instanceof SyntaxError) return fallback;
    throw error;
  }
}

const mostTries = 3;

/**
 * Sends a file to the engine as it is, and again from the start where the connection broke off: what came before is never imported.
 * @returns the id to import from, as `upload://ID`
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
      const broke = error instanceof TrainyardError && error.code === brokenOff;
      if (!broke || signal.aborted || count >= mostTries) throw error;
    }
  }
}

/** XMLHttpRequest, because `fetch` tells nothing of an upload's progress. */
function sendFile(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', fileUrl(`/files/uploads?name=${encodeURIComponent(file.name)}`));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'text';
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => reject(errorOf(request));
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
