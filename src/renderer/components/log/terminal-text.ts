import { messageLines } from '../../../shared/model/terminal-text.ts';

export const dim = '\u001b[2m';
export const reset = '\u001b[0m';

/** A message as xterm.js gets it: {@link messageLines}, each on a line of its own. */
export function harmless(message: string): string {
  return messageLines(message, { colour: true }).join('\r\n');
}

/** A line of a log as the terminal gets it: time, words with their colours, text; further rows of the text stand below it. */
export function terminalLine(
  time: string,
  words: readonly (readonly [colour: string, word: string])[],
  text: string,
): string {
  const head = words.map(([colour, word]) => `${colour}${word}${reset} `).join('');
  const indent = ' '.repeat(words.reduce((sum, [, word]) => sum + word.length + 1, time.length + 1));
  return `${dim}${time}${reset} ${head}${harmless(text).replaceAll('\r\n', `\r\n${indent}`)}${reset}\r\n`;
}
