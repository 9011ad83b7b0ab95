import type { LogView, OpenLog } from '../../../components/log/use-terminal.ts';
import { pause } from '../../../rpc/pause.ts';
import type { LogScreen } from './log-screen.ts';
import type { LogWindow } from './log-window.ts';

const waitMs = 25_000;
/** While nothing is to be followed, how often to look again. */
const restMs = 250;

interface RunLog extends OpenLog<Pick<LogWindow, 'total' | 'lines' | 'moving'>> {
  /** Shows a line with a text marked in it. */
  readonly goTo: (line: number, search: string) => void;
  readonly mark: (search: string) => void;
}

/** A run's log on a screen: follows the end, reads back and forth as one scrolls. */
export function openRunLog(screen: LogScreen, window: LogWindow, view: LogView): RunLog {
  const { signal } = view;
  // One change of the screen after another.
  let queue = Promise.resolve();
  const change = (action: () => Promise<void>) => {
    queue = queue.then(() => (signal.aborted ? undefined : action())).then(view.report, view.fail);
    return queue;
  };
  const openAtEnd = async () => {
    await window.openAtEnd(signal);
    await screen.replace(window.lines);
  };
  /** Lines before the first: the view stays on the line where it was. */
  const readBack = async () => {
    if (!screen.atTop || window.from === 0) return;
    const top = screen.topLine();
    await window.growBack(signal);
    await screen.replace(window.lines);
    if (top !== null) screen.scrollTo(top);
  };
  /** Lines after the last, where the window is not at the log's end. */
  const readOn = async () => {
    if (!screen.atBottom || window.atEnd) return;
    await screen.append(await window.growOn(signal, 0));
  };
  return {
    screen,
    state: () => ({ total: window.total, lines: window.lines, moving: window.moving }),
    fill: async () => {
      let isOpen = false;
      await change(async () => {
        await openAtEnd();
        screen.terminal.scrollToBottom();
        isOpen = true;
      });
      while (isOpen && !signal.aborted) {
        if (!window.atEnd || window.ended) {
          // Elsewhere in the log, or all is read: a person's scrolling brings it back.
          await pause(restMs, signal);
          continue;
        }
        const fresh = await window.growOn(signal, waitMs);
        await screen.append(fresh);
        if (fresh.length > 0 && view.following) screen.terminal.scrollToBottom();
        view.report();
      }
    },
    onScroll: () => {
      view.following = screen.atBottom && window.atEnd;
      if (screen.atTop && window.from > 0) void change(readBack);
      else if (screen.atBottom && !window.atEnd) void change(readOn);
      else view.report();
    },
    follow: () =>
      void change(async () => {
        if (!window.atEnd) await openAtEnd();
        view.following = true;
        screen.terminal.scrollToBottom();
      }),
    goTo: (line, search) =>
      void change(async () => {
        view.following = false;
        if (line < window.from || line >= window.next) {
          await window.openAround(line, signal);
          await screen.replace(window.lines);
        }
        screen.mark(search, line);
        screen.scrollTo(line, 4);
      }),
    mark: (search) => void change(async () => screen.mark(search, null)),
  };
}
