import { colorAt, colorCount } from './palette.ts';

/** Turns the circle of hues so that neighbours are far apart, however many there are. */
const goldenAngle = 137.508;
/** Green: it and the next are far from all of the palette. */
const firstHue = 130;

/** The colour of a class by its index, the same wherever it is drawn; of what has no class, grey. */
export function classColor(index: number | null): string {
  if (index === null) return '#9aa1af';
  if (index < colorCount) return colorAt(index);
  const turn = index - colorCount;
  // Light and dark in turn: by hue alone more than a dozen look the same.
  return `hsl(${Math.round((turn * goldenAngle + firstHue) % 360)} 72% ${[46, 60, 70][turn % 3]}%)`;
}
