/** An engine to talk to: what `engine.json` and `serve --json` say. */
export interface Address {
  readonly url: string;
  readonly token: string;
}

/** An answer that is an error; its status says whether to ask again. */
export class RestError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** One REST call. @throws RestError with the engine's own words where the answer is an error */
export async function rest<T>(engine: Address, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${engine.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${engine.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new RestError(`${method} ${path} answered ${response.status}: ${text}`, response.status);
  return JSON.parse(text) as T;
}
