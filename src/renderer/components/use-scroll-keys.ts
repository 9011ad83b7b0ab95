import { type RefObject, useEffect } from 'react';

const keys = ['PageDown', 'PageUp', 'Home', 'End', 'ArrowDown', 'ArrowUp', ' '];

/** Has the keys that scroll a page scroll a box of it, from wherever nothing else takes them. */
export function useScrollKeys(box: RefObject<HTMLElement | null>, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
      const isFree = event.target === document.body || event.target === document.querySelector('main');
      // The browser scrolls what has the focus once this is over.
      if (isPlain && isFree && keys.includes(event.key)) box.current?.focus({ preventScroll: true });
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [box, isOn]);
}
