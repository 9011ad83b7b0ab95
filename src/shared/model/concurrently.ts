/**
 * Calls `work` for each item, at most `limit` at a time. The first error stops the taking of further items, is thrown
 * once every call under way has ended, and closes the iterator.
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      const task: Promise<void> = work(item).then(
        () => void running.delete(task),
        (error: unknown) => {
          failures.push(error);
          running.delete(task);
        },
      );
      running.add(task);
      if (running.size >= limit) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}

/** The results of `work` in the items' order, at most `limit` calls under way; reads ahead by as many. */
export async function* mapConcurrently<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited later, in its turn; until then a rejection must not count as unhandled.
      result.catch(() => undefined);
      ahead.push(result);
      const first = ahead.length >= limit ? ahead.shift() : undefined;
      if (first) yield await first;
    }
    while (ahead.length > 0) {
      const first = ahead.shift();
      if (first) yield await first;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}
