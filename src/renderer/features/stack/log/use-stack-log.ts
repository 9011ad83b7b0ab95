import { useComputedColorScheme } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { TerminalScreen } from '../../../components/terminal/terminal-screen.ts';
import { terminalThemes } from '../../../components/terminal/terminal-theme.ts';
import { useFormat } from '../../../format/use-format.ts';
import { engine } from '../../../rpc/client.ts';
import { logCapacity, tailLogs } from './log-tail.ts';
import { stackLineText } from './stack-log-text.ts';

/** New lines that a paused screen still takes below its view; after that reading waits. */
const pausedCapacity = 10_000;

interface State {
  readonly following: boolean;
  readonly shown: number;
  /** Lines that came while the screen was paused. */
  readonly unseen: number;
  readonly selected: boolean;
}
const fresh: State = { following: true, shown: 0, unseen: 0, selected: false };

export interface StackLogControls extends State {
  readonly error: unknown;
  /** Which match is the current one (0-based, -1 where unknown), and how many there are. */
  readonly matches: { readonly at: number; readonly count: number };
  /** Goes to the end and stays there. */
  readonly follow: () => void;
  readonly find: (search: string, direction: 'next' | 'previous') => void;
  readonly copy: () => void;
}

interface Parts {
  readonly screen: TerminalScreen;
  following: boolean;
  shown: number;
  unseen: number;
  /** Lets reading go on. */
  resume: (() => void) | null;
}

/** The services' logs on a terminal in `host`: follows the end until one scrolls up. */
export function useStackLog(host: HTMLElement | null, services: readonly ServiceName[]): StackLogControls {
  const format = useFormat();
  const scheme = useComputedColorScheme();
  const parts = useRef<Parts | null>(null);
  const [state, setState] = useState(fresh);
  const [matches, setMatches] = useState({ at: -1, count: 0 });
  const [error, setError] = useState<unknown>(null);
  const key = services.join();

  const report = useCallback(() => {
    const now = parts.current;
    if (!now) return;
    const { following, shown, unseen, screen } = now;
    setState({ following, shown, unseen, selected: screen.selection !== '' });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is taken over without another terminal
  useEffect(() => {
    if (!host) return;
    const controller = new AbortController();
    const { signal } = controller;
    const screen = new TerminalScreen(
      host,
      terminalThemes[scheme],
      getComputedStyle(host).getPropertyValue('--mantine-font-family-monospace'),
      logCapacity,
    );
    const now: Parts = { screen, following: true, shown: 0, unseen: 0, resume: null };
    parts.current = now;
    setState(fresh);
    setError(null);
    const chosen = key === '' ? [] : (key.split(',') as ServiceName[]);
    const show = async () => {
      for await (const lines of tailLogs(engine.stack.logs, chosen, setError, signal)) {
        await screen.write(lines.map((line) => stackLineText(line, format.timeOfDay)).join(''));
        if (signal.aborted) return;
        now.shown = Math.min(logCapacity, now.shown + lines.length);
        if (now.following) screen.scrollToEnd();
        else now.unseen += lines.length;
        report();
        if (now.unseen > pausedCapacity) {
          await new Promise<void>((resolve) => {
            now.resume = resolve;
            signal.addEventListener('abort', () => resolve());
          });
        }
      }
    };
    show().catch((reason: unknown) => {
      if (!signal.aborted) setError(reason);
    });
    const stops = [
      screen.onScroll(() => {
        const following = screen.atBottom;
        if (following === now.following) return;
        setFollowing(now, following);
        report();
      }),
      screen.onSelection(report),
      screen.onMatches((at, count) => setMatches({ at, count })),
    ];
    const observer = new ResizeObserver(() => screen.fit());
    observer.observe(host);
    return () => {
      controller.abort();
      observer.disconnect();
      for (const stop of stops) stop();
      screen.dispose();
      parts.current = null;
    };
  }, [host, key, format, report]);

  useEffect(() => parts.current?.screen.theme(terminalThemes[scheme]), [scheme]);

  const follow = useCallback(() => {
    const now = parts.current;
    if (!now) return;
    setFollowing(now, true);
    now.screen.scrollToEnd();
    report();
  }, [report]);
  const find = useCallback(
    (search: string, direction: 'next' | 'previous') => {
      const now = parts.current;
      if (!now) return;
      now.screen.find(search, direction);
      if (search === '') setMatches({ at: -1, count: 0 });
      else setFollowing(now, now.screen.atBottom);
      report();
    },
    [report],
  );
  const copy = useCallback(() => {
    const text = parts.current?.screen.selection ?? '';
    if (text !== '') void navigator.clipboard.writeText(text);
  }, []);
  return { ...state, error, matches, follow, find, copy };
}

function setFollowing(now: Parts, following: boolean): void {
  now.following = following;
  if (!following) return;
  now.unseen = 0;
  now.resume?.();
  now.resume = null;
}
