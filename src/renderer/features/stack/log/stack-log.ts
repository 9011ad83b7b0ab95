import type { ITheme } from '@xterm/xterm';
import type { StackLogLine } from '../../../../shared/contract/stack.ts';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import type { TerminalScreen } from '../../../components/log/terminal-screen.ts';
import { terminalLine } from '../../../components/log/terminal-text.ts';
import type { LogView, OpenLog } from '../../../components/log/use-terminal.ts';
import type { EngineClient } from '../../../rpc/client.ts';
import { pause } from '../../../rpc/pause.ts';

/** New lines that a paused screen still takes below its view; after that reading waits. */
const pausedCapacity = 10_000;

/** A colour of the terminal for each service; the chips have the same. */
const colours = {
  postgres: ['\u001b[34m', 'blue'],
  mongo: ['\u001b[32m', 'green'],
  redis: ['\u001b[31m', 'red'],
  s3: ['\u001b[33m', 'yellow'],
  temporal: ['\u001b[35m', 'magenta'],
} as const satisfies Record<ServiceName, readonly [string, keyof ITheme]>;

const nameWidth = Math.max(...serviceNames.map((name) => name.length));

/** The colour that a service's name has in the terminal. */
export function serviceColour(name: ServiceName, theme: ITheme): string {
  return theme[colours[name][1]] ?? 'currentColor';
}

/** A service's line without colours, with the whole time: for a file. */
export function plainLine({ service, time, text }: StackLogLine): string {
  return `${time} ${service.padEnd(nameWidth)} ${text.replace(/\r?\n$/, '')}\n`;
}

interface StackLogState {
  readonly shown: number;
  /** Lines that came while the screen was paused. */
  readonly unseen: number;
  /** Which match is the current one (0-based, -1 where unknown), and how many there are, at most a thousand. */
  readonly matches: { readonly at: number; readonly count: number };
}

const noMatches = { at: -1, count: 0 };

interface StackLog extends OpenLog<StackLogState> {
  readonly find: (search: string, direction: 'next' | 'previous') => void;
}

/** The services' logs on a screen: follows the end until one scrolls up. */
export function openStackLog(
  screen: TerminalScreen,
  tail: (signal: AbortSignal) => ReturnType<typeof tailLogs>,
  timeOfDay: (iso: string) => string,
  view: LogView,
): StackLog {
  const { signal } = view;
  let [shown, unseen] = [0, 0];
  let matches = noMatches;
  /** Lets reading go on. */
  let resume = () => {};
  const setFollowing = (following: boolean) => {
    view.following = following;
    if (following) {
      unseen = 0;
      resume();
    }
    view.report();
  };
  screen.searching.onDidChangeResults(({ resultIndex, resultCount }) => {
    matches = { at: resultIndex, count: resultCount };
    view.report();
  });
  signal.addEventListener('abort', () => resume());
  return {
    screen,
    state: () => ({ shown, unseen, matches }),
    fill: async () => {
      for await (const lines of tail(signal)) {
        const rows = lines.map(({ time, service, text }) =>
          terminalLine(timeOfDay(time), [[colours[service][0], service.padEnd(nameWidth)]], text),
        );
        await screen.write(rows.join(''));
        if (signal.aborted) return;
        shown = Math.min(logCapacity, shown + lines.length);
        if (view.following) screen.terminal.scrollToBottom();
        else unseen += lines.length;
        view.report();
        if (unseen > pausedCapacity) {
          await new Promise<void>((resolve) => {
            resume = resolve;
          });
        }
      }
    },
    onScroll: () => {
      if (screen.atBottom !== view.following) setFollowing(screen.atBottom);
    },
    follow: () => {
      setFollowing(true);
      screen.terminal.scrollToBottom();
    },
    find: (search, direction) => {
      screen.find(search, direction);
      if (search === '') {
        matches = noMatches;
        view.report();
      } else setFollowing(screen.atBottom);
    },
  };
}

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
 * slows the reading, and nothing is lost. An error is shown, and reading is retried from the same place.
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
