// Built from characters: terminal sequences are control characters, which no pattern should hold unseen.
const code = String.fromCharCode;
const escape7 = code(0x1b);
const bell = code(0x07);
/** The one-character forms of `ESC [`, of the strings' beginnings (DCS, SOS, OSC, PM, APC), and of their end. */
const csi8 = code(0x9b);
const string8 = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map((one) => code(one)).join('');
const end8 = code(0x9c);
/** All controls but tab and line feed. */
const controls = `${code(0)}-${code(0x08)}${code(0x0b)}-${code(0x1f)}${code(0x7f)}-${code(0x9f)}`;
/** Embeddings, overrides and isolates: they move what stands around them. Marks of direction, which Hebrew and Arabic need, do not. */
const bidi = `${code(0x202a)}-${code(0x202e)}${code(0x2066)}-${code(0x2069)}`;

/** CSI, strings with their end, other sequences (also one that was cut off), single controls, directions (ECMA-48, Unicode UAX #9). */
const unsafe = new RegExp(
  `(?:${escape7}\\[|${csi8})[0-?]*[ -/]*[@-~]` +
    `|(?:${escape7}[\\]PX^_]|[${string8}])[^${bell}${escape7}${end8}]*(?:${bell}|${escape7}\\\\|${end8})` +
    `|${escape7}[ -/]*[0-~]?|[${controls}]|[${bidi}]`,
  'g',
);
const anyUnsafe = new RegExp(`[${controls}${bidi}]`);
const direction = new RegExp(`[${bidi}]`);
const sgr = new RegExp(`^${escape7}\\[[\\d;:]*m$`);
const inJson = new RegExp(`[${code(0x7f)}-${code(0x9f)}${bidi}]`, 'g');
const reset = `${escape7}[0m`;

export interface TerminalTextOptions {
  /** Whether colours and weights (SGR) pass. */
  readonly colour: boolean;
}

/**
 * A text that is not ours, as a terminal may get it: whatever would move the cursor, clear the screen, change the window, the clipboard or
 * a link, or ask the terminal something, is taken out; a change of direction stands as `<U+202E>`. Lines and tabs stay.
 */
export function terminalText(text: string, { colour }: TerminalTextOptions): string {
  if (!anyUnsafe.test(text)) return text;
  return text.replace(unsafe, (found) => {
    if (colour && sgr.test(found)) return found;
    return direction.test(found) ? `<U+${found.charCodeAt(0).toString(16).toUpperCase()}>` : '';
  });
}

/** The same on one line: what breaks it is a blank. For names and cells of a table. */
export function terminalLine(text: string, options: TerminalTextOptions): string {
  return terminalText(text, options).replace(/[\n\t]/g, ' ');
}

/**
 * A message of a log as a terminal may get it, line by line. One that was written over itself (a progress bar) shows what it ended as;
 * colours end with their line.
 */
export function messageLines(message: string, options: TerminalTextOptions): string[] {
  return message.split(/\r?\n/).map((line) => {
    const text = terminalText(lastState(line), options);
    return text.includes(escape7) ? `${text}${reset}` : text;
  });
}

function lastState(line: string): string {
  if (!line.includes('\r')) return line;
  return line.split('\r').findLast((state) => terminalText(state, { colour: false }).trim() !== '') ?? '';
}

/** JSON that a terminal may get: what could do something there stands as `\uXXXX`, which means the same. */
export function terminalJson(json: string): string {
  return json.replace(inJson, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
