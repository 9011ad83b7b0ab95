// Built from characters: terminal sequences are control characters, which no pattern should hold unseen.
const start = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** CSI, OSC, other strings, and the short sequences (ECMA-48). */
const sequences = new RegExp(
  `${start}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${start}]*(?:${bell}|${start}\\\\)|[PX^_][^${start}]*${start}\\\\|[ -/]*[0-~])`,
  'g',
);
const colour = new RegExp(`^${start}\\[[\\d;:]*m$`);
const controls = /\p{Cc}/gu;

/**
 * A message as a terminal may show it: colours pass, whatever would move the cursor, clear the screen or change the window does not. A line
 * that was written over itself (a progress bar) shows what it ended as.
 */
export function harmless(message: string): string {
  return message
    .replace(sequences, (sequence) => (colour.test(sequence) ? sequence : ''))
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/\r+$/, '')
        .replace(/^.*\r/s, '')
        .replace(controls, (one) => (one === '\t' || one === start ? one : '')),
    )
    .join('\r\n');
}
