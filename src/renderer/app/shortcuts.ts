import { useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { places } from './navigation.tsx';

/** What the keyboard does, from wherever one is. The help dialog lists these. */
export const shortcuts = [
  { keys: ['?'], action: 'help' },
  { keys: ['/'], action: 'search' },
  { keys: ['n'], action: 'newRun' },
  ...places.map(({ key, letter }) => ({ keys: ['g', letter], action: key })),
  { keys: ['t'], action: 'theme' },
] as const;
type ShortcutAction = (typeof shortcuts)[number]['action'];

const timeoutMs = 1200;

/** Reads keys, also two after one another ("g", then "r"). */
function shortcutReader() {
  let pending: readonly string[] = [];
  let last = 0;
  /** @returns what the key does, or null if it does nothing (yet) */
  return function read(key: string): ShortcutAction | null {
    if (Date.now() - last > timeoutMs) pending = [];
    last = Date.now();
    const typed = [...pending, key];
    const whole = shortcuts.find(({ keys }) => keys.join(' ') === typed.join(' '));
    const begun = !whole && shortcuts.some(({ keys }) => keys.length > typed.length && keys[0] === typed[0]);
    pending = begun ? typed : [];
    if (whole) return whole.action;
    // A first key that led nowhere must not eat the second one.
    return !begun && typed.length > 1 ? read(key) : null;
  };
}

/** Where keys are text, not commands. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], .xterm') !== null
  );
}

/** Listens for the shortcuts on the whole page. */
export function useShortcuts(openPalette: () => void, openHelp: () => void): void {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const read = useMemo(shortcutReader, []);
  useEffect(() => {
    const act = (action: ShortcutAction) => {
      if (action === 'help') openHelp();
      else if (action === 'search') openPalette();
      else if (action === 'theme') toggleColorScheme();
      else void navigate({ to: places.find(({ key }) => key === action)?.to ?? '/runs/new' });
    };
    const onKey = (event: KeyboardEvent) => {
      const modified = event.ctrlKey || event.metaKey;
      if (modified && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (modified || event.altKey || event.isComposing || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      // With a Korean keyboard the same keys give other letters: the key's place counts for letters.
      const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
      const action = read(letter ?? event.key);
      if (!action) return;
      event.preventDefault();
      act(action);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, openHelp, openPalette, read, toggleColorScheme]);
}
