import { useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { type ShortcutAction, ShortcutReader } from './shortcuts.ts';

interface Openers {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

/** Where keys are text, not commands. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], .xterm') !== null
  );
}

/** Listens for the shortcuts on the whole page. */
export function useShortcuts({ openPalette, openHelp }: Openers): void {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const reader = useMemo(() => new ShortcutReader(), []);
  useEffect(() => {
    const actions: Record<ShortcutAction, () => void> = {
      help: openHelp,
      search: openPalette,
      newRun: () => void navigate({ to: '/runs/new' }),
      projects: () => void navigate({ to: '/projects' }),
      datasets: () => void navigate({ to: '/datasets' }),
      runs: () => void navigate({ to: '/runs' }),
      compare: () => void navigate({ to: '/compare' }),
      stack: () => void navigate({ to: '/stack' }),
      doctor: () => void navigate({ to: '/doctor' }),
      system: () => void navigate({ to: '/system' }),
      theme: toggleColorScheme,
    };
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target))
        return;
      if (document.querySelector('[role="dialog"]')) return;
      // With a Korean keyboard the same keys give other letters: the key's place counts for letters.
      const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
      const action = reader.read(letter ?? event.key, Date.now());
      if (!action) return;
      event.preventDefault();
      actions[action]();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, openHelp, openPalette, reader, toggleColorScheme]);
}
