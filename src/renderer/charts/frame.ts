const wanted = new Set<() => void>();
let frame = 0;

function paintAll(): void {
  frame = 0;
  const now = [...wanted];
  wanted.clear();
  for (const paint of now) paint();
}

/** Paints once in the next animation frame, however often it was asked; all charts paint in one. */
export function requestPaint(paint: () => void): void {
  wanted.add(paint);
  if (frame === 0) frame = requestAnimationFrame(paintAll);
}

export function forgetPaint(paint: () => void): void {
  wanted.delete(paint);
}

/** Resolves once what was asked for is painted. */
export function painted(): Promise<void> {
  return new Promise(requestPaint);
}
