import { useWindowEvent } from '@mantine/hooks';
import type { RefObject } from 'react';
import type { StageControls } from './stage.tsx';

/** How far a key moves what is seen, in pixels of the screen. */
const panned = 80;

interface ViewerActions {
  /** To the next image, or with -1 to the one before. */
  readonly move: (step: number) => void;
  readonly toggleMasks: () => void;
}

/** The keys of a dialog with a stage: they lead to other images, zoom and pan. */
export function useViewerKeys(controls: RefObject<StageControls | null>, actions: ViewerActions): void {
  useWindowEvent('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    // A slider and a choice take the arrows themselves.
    if (event.target instanceof Element && event.target.closest('[role=slider], [role=radiogroup]')) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event, controls.current, actions);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** What a key does; null where it does nothing here. */
function actionOf(
  { key, code, shiftKey }: globalThis.KeyboardEvent,
  stage: StageControls | null,
  { move, toggleMasks }: ViewerActions,
): (() => void) | null {
  const along = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const [right = 0, down = 0] = along ?? [];
  if (along && shiftKey) return () => stage?.pan(right * panned, down * panned);
  if (along) return right === 0 ? null : () => move(right);
  if (key === '+' || key === '=') return () => stage?.zoomIn();
  if (key === '-') return () => stage?.zoomOut();
  if (key === '0') return () => stage?.fit();
  if (key === '1') return () => stage?.actual();
  // With a Korean keyboard the same key gives another letter.
  return code === 'KeyM' ? toggleMasks : null;
}
