/**
 * News for whoever listens now; nothing is kept. A message may be lost when a connection breaks: whoever waits for news
 * reads its store again when the wait is over.
 */
export interface PubSub {
  /** Messages are JSON of at most 7,000 bytes. */
  publish(channel: string, message: unknown): Promise<void>;
  /** Resolves once messages published from now on are delivered. Disposing ends it. */
  subscribe(channel: string, listener: (message: unknown) => void): Promise<AsyncDisposable>;
}

/** The channel of a run's updates. */
export function runChannel(runId: string): string {
  return `workflow:${runId}:updates`;
}
