const tries = 5;

/** `fetch` for reads: asks again where the connection broke off, which browsers do to requests whenever a network appears on the machine. */
export async function fetchFile(address: string, signal: AbortSignal): Promise<Response> {
  for (let count = 1; ; count += 1) {
    try {
      return await fetch(address, { signal });
    } catch (error) {
      // A TypeError: no answer came.
      if (!(error instanceof TypeError) || signal.aborted || count >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** count));
    }
  }
}
