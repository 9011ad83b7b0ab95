import { useComputedColorScheme } from '@mantine/core';
import type { ITheme } from '@xterm/xterm';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TerminalScreen } from './terminal-screen.ts';
import { terminalThemes } from './terminal-theme.ts';

/** What a log knows of the page that it is on. */
export interface LogView {
  /** Aborted once the terminal is gone. */
  readonly signal: AbortSignal;
  /** Whether it stays at the end as lines come. */
  following: boolean;
  /** Lets the page show what has changed. */
  readonly report: () => void;
  readonly fail: (reason: unknown) => void;
}

/** A log on its terminal. */
export interface OpenLog<State> {
  readonly screen: TerminalScreen;
  /** What the page shows beside it. */
  readonly state: () => State;
  /** Fills the screen for as long as it is there. */
  readonly fill: () => Promise<void>;
  /** The view was moved. */
  readonly onScroll: () => void;
  /** Goes to the end and stays there. */
  readonly follow: () => void;
}

/**
 * A terminal in `host` with a log on it.
 * @param open makes both
 * @param key another one where this changes
 */
export function useTerminal<Log extends OpenLog<unknown>>(
  host: HTMLElement | null,
  open: (
    host: HTMLElement,
    looks: { readonly theme: ITheme; readonly fontFamily: string },
    view: LogView,
  ) => Log,
  key: string,
) {
  const scheme = useComputedColorScheme();
  const log = useRef<Log | null>(null);
  const [state, setState] = useState<ReturnType<Log['state']> | null>(null);
  const [following, setFollowing] = useState(true);
  const [selected, setSelected] = useState(false);
  const [error, setError] = useState<unknown>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `open`; a theme is taken over without another terminal
  useEffect(() => {
    if (!host) return;
    const controller = new AbortController();
    const { signal } = controller;
    const view: LogView = {
      signal,
      following: true,
      report: () => {
        if (signal.aborted) return;
        setState(now.state() as ReturnType<Log['state']>);
        setFollowing(view.following);
        setSelected(now.screen.terminal.hasSelection());
      },
      fail: (reason) => {
        if (!signal.aborted) setError(reason);
      },
    };
    const fontFamily = getComputedStyle(host).getPropertyValue('--mantine-font-family-monospace');
    const now = open(host, { theme: terminalThemes[scheme], fontFamily }, view);
    log.current = now;
    setError(null);
    view.report();
    now.fill().catch(view.fail);
    const { screen } = now;
    const stop = screen.onScroll(now.onScroll);
    screen.terminal.onSelectionChange(view.report);
    const observer = new ResizeObserver(() => screen.fitting.fit());
    observer.observe(host);
    return () => {
      controller.abort();
      observer.disconnect();
      stop();
      screen.terminal.dispose();
      log.current = null;
    };
  }, [host, key]);
  useEffect(() => {
    if (log.current) log.current.screen.terminal.options.theme = terminalThemes[scheme];
  }, [scheme]);

  const follow = useCallback(() => log.current?.follow(), []);
  const copy = useCallback(() => log.current?.screen.copy(), []);
  return { log, state, following, selected, error, follow, copy };
}
