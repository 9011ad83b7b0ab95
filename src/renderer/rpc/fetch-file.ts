import { fileUrl } from './file-key.ts';

const tries = 5;

/** `fetch` for reads of the engine's files: asks again where the connection broke off, which browsers do to requests whenever a network appears on the machine. */
export async function fetchFile(path: string, signal: AbortSignal): Promise<Response> {
  for (let count = 1; ; count += 1) {
    try {
      return await fetch(fileUrl(path), { signal });
    } catch (error) {
      // A TypeError: no answer came.
      if (!(error instanceof TypeError) || signal.aborted || count >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** count));
    }
  }
}
