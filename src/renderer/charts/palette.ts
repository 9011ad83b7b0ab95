/** Distinct on white and on black, also for colour-blind eyes (after Okabe and Ito, tuned for contrast on both grounds). */
const colors = [
  '#4c7cf3',
  '#e8833a',
  '#1fa37c',
  '#c65bb0',
  '#d9a514',
  '#29a8d8',
  '#e0526a',
  '#8a6fe8',
] as const;

export const colorCount = colors.length;

/** The colour of the n-th thing. */
export function colorAt(index: number): string {
  return colors[index % colors.length] ?? colors[0];
}

/** Training is blue and validation orange everywhere, so that one learns it once. */
export function metricColor(name: string, index: number): string {
  if (/^val_/.test(name)) return colors[1];
  if (/^test_/.test(name)) return colors[2];
  if (/^train_/.test(name)) return colors[0];
  if (/^epoch_train_/.test(name)) return colors[7];
  return colorAt(index);
}
