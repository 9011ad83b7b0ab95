import { messageLines } from '../../../shared/model/terminal-text.ts';

/** A message as xterm.js gets it: {@link messageLines}, each on a line of its own. */
export function harmless(message: string): string {
  return messageLines(message, { colour: true }).join('\r\n');
}
