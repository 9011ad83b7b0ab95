import type { StackLogLine } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import type { EngineClient } from '../../../rpc/client.ts';
import { pause } from '../../../rpc/pause.ts';

type Reader = EngineClient['stack']['logs'];

/** What a screen holds; older lines go. */
export const logCapacity = 50_000;
const firstLines = 1000;
const pageLimit = 5000;
const waitMs = 25_000;
/** The most that a file gets of each service to begin with. */
const fileTail = 10_000;
const fileCapacity = 500_000;
/** An answer that is empty and comes sooner than this did not wait: nothing runs that could say something. */
const hastyMs = 500;
const pauseMs = 2000;

/**
 * The services' last lines, and then what comes, page by page. The next page is asked for when the one before was taken: a slow reader
 * slows the reading, and nothing is lost. An error is told and tried again from the same place.
 */
export async function* tailLogs(
  read: Reader,
  services: readonly ServiceName[],
  onError: (error: unknown) => void,
  signal: AbortSignal,
): AsyncGenerator<readonly StackLogLine[]> {
  let cursor = '';
  while (!signal.aborted) {
    const asked = performance.now();
    let lines: readonly StackLogLine[] = [];
    try {
      const page = await read(
        { services: [...services], after: cursor, tail: firstLines, limit: pageLimit, waitMs },
        { signal },
      );
      onError(null);
      cursor = page.cursor;
      lines = page.lines;
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
    }
    if (lines.length > 0) yield lines;
    else if (performance.now() - asked < hastyMs) await pause(pauseMs, signal);
  }
}

/** All lines that are to be had now, for a file. */
export async function readWholeLog(
  read: Reader,
  services: readonly ServiceName[],
): Promise<readonly StackLogLine[]> {
  const all: StackLogLine[] = [];
  let cursor = '';
  for (;;) {
    const page = await read({ services: [...services], after: cursor, tail: fileTail, limit: fileTail });
    for (const line of page.lines) all.push(line);
    if (page.lines.length === 0 || page.cursor === cursor || all.length > fileCapacity) return all;
    cursor = page.cursor;
  }
}
