import { useComputedColorScheme } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MovingLines } from '../../../../shared/contract/run-readings.ts';
import { terminalThemes } from '../../../components/terminal/terminal-theme.ts';
import { useFormat } from '../../../format/use-format.ts';
import { engine } from '../../../rpc/client.ts';
import { LogScreen } from './log-screen.ts';
import { type LogLevel, LogWindow } from './log-window.ts';

export interface LogControls {
  readonly following: boolean;
  readonly total: number;
  readonly shown: number;
  readonly selected: boolean;
  /** Lines that have no newline yet: a progress bar under way. */
  readonly moving: MovingLines['lines'];
  readonly error: unknown;
  /** Goes to the end and stays there. */
  readonly follow: () => void;
  /** Shows a line with a text marked in it. */
  readonly goTo: (line: number, search: string) => void;
  readonly mark: (search: string) => void;
  readonly copy: () => void;
}

const noLines: MovingLines['lines'] = [];

interface Parts {
  readonly screen: LogScreen;
  readonly window: LogWindow;
  readonly signal: AbortSignal;
  /** One change of the screen after another. */
  queue: Promise<void>;
}

/** A run's log on a terminal in `host`: follows the end, reads back and forth as one scrolls. */
export function useLog(
  host: HTMLElement | null,
  run: string,
  level: LogLevel | null,
  activity: string,
): LogControls {
  const { t } = useTranslation();
  const format = useFormat();
  const scheme = useComputedColorScheme();
  const parts = useRef<Parts | null>(null);
  const following = useRef(true);
  const [state, setState] = useState({
    following: true,
    total: 0,
    shown: 0,
    selected: false,
    moving: noLines,
  });
  const [error, setError] = useState<unknown>(null);

  const report = useCallback(() => {
    const now = parts.current;
    if (!now) return;
    setState({
      following: following.current,
      total: now.window.total,
      shown: now.window.lines.length,
      selected: now.screen.selection !== '',
      moving: now.window.moving.lines,
    });
  }, []);
  const change = useCallback(
    (action: (now: Parts) => Promise<void>) => {
      const now = parts.current;
      if (!now) return;
      now.queue = now.queue
        .then(() => (now.signal.aborted ? undefined : action(now)))
        .then(report)
        .catch((reason: unknown) => {
          if (!now.signal.aborted) setError(reason);
        });
    },
    [report],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` and texts are taken over without another terminal; a run that goes on is opened again
  useEffect(() => {
    if (!host) return;
    const controller = new AbortController();
    const { signal } = controller;
    const screen = new LogScreen(
      host,
      terminalThemes[scheme],
      getComputedStyle(host).getPropertyValue('--mantine-font-family-monospace'),
      { timeOfDay: format.timeOfDay, attempt: (number) => t('run.attempt', { number }) },
    );
    const window = new LogWindow(engine.runs.logs, run, level);
    const now: Parts = { screen, window, signal, queue: Promise.resolve() };
    parts.current = now;
    following.current = true;
    setError(null);
    change(async () => {
      await window.openAtEnd(signal);
      await screen.replace(window.lines);
      screen.scrollToEnd();
      void followEnd(now, () => following.current, report).catch((reason: unknown) => {
        if (!signal.aborted) setError(reason);
      });
    });
    const stopScroll = screen.onScroll(() => {
      following.current = screen.atBottom && window.atEnd;
      if (screen.atTop && window.from > 0) change(readBack);
      else if (screen.atBottom && !window.atEnd) change(readOn);
      else report();
    });
    const stopSelection = screen.onSelection(report);
    const observer = new ResizeObserver(() => screen.fit());
    observer.observe(host);
    return () => {
      controller.abort();
      observer.disconnect();
      stopScroll();
      stopSelection();
      screen.dispose();
      parts.current = null;
    };
  }, [host, run, level, activity, change, report]);

  useEffect(() => parts.current?.screen.theme(terminalThemes[scheme]), [scheme]);

  const follow = useCallback(() => {
    change(async ({ window, screen, signal }) => {
      if (!window.atEnd) {
        await window.openAtEnd(signal);
        await screen.replace(window.lines);
      }
      following.current = true;
      screen.scrollToEnd();
    });
  }, [change]);
  const goTo = useCallback(
    (line: number, search: string) => {
      change(async ({ window, screen, signal }) => {
        following.current = false;
        if (line < window.from || line >= window.next) {
          await window.openAround(line, signal);
          await screen.replace(window.lines);
        }
        screen.mark(search, line);
        screen.scrollTo(line, 4);
      });
    },
    [change],
  );
  const mark = useCallback(
    (search: string) => {
      change(async ({ screen }) => screen.mark(search, null));
    },
    [change],
  );
  const copy = useCallback(() => {
    const text = parts.current?.screen.selection ?? '';
    if (text !== '') void navigator.clipboard.writeText(text);
  }, []);
  return { ...state, error, follow, goTo, mark, copy };
}

/** Lines before the first: the view stays on the line where it was. */
async function readBack({ window, screen, signal }: Parts): Promise<void> {
  if (!screen.atTop || window.from === 0) return;
  const top = screen.topLine();
  await window.growBack(signal);
  await screen.replace(window.lines);
  if (top !== null) screen.scrollTo(top);
}

/** Lines after the last, where the window is not at the log's end. */
async function readOn({ window, screen, signal }: Parts): Promise<void> {
  if (!screen.atBottom || window.atEnd) return;
  const grown = await window.growOn(signal, 0);
  if (grown) await screen.append(grown.lines);
}

/** Appends what comes at the end, for as long as the window is there. */
async function followEnd(now: Parts, isFollowing: () => boolean, report: () => void): Promise<void> {
  const { window, screen, signal } = now;
  while (!signal.aborted) {
    if (!window.atEnd || window.ended) {
      // Elsewhere in the log, or all is read: a person's scrolling brings it back.
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    const grown = await window.growOn(signal, 25_000);
    if (grown) {
      await screen.append(grown.lines);
      if (isFollowing()) screen.scrollToEnd();
    }
    report();
  }
}
