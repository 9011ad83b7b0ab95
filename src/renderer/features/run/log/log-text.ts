import type { LogLine } from '../../../../shared/contract/run-readings.ts';
import { harmless } from '../../../components/terminal/harmless-text.ts';

const dim = '\u001b[2m';
const reset = '\u001b[0m';
const levelLooks: Record<LogLine['level'], string> = {
  debug: '\u001b[90mDEBUG',
  info: '\u001b[34mINFO ',
  warning: '\u001b[33mWARN ',
  error: '\u001b[31;1mERROR',
};
const sourceLooks: Record<LogLine['source'], string> = {
  trainer: '\u001b[36m',
  sidecar: '\u001b[35m',
  platform: '\u001b[32m',
};
const indent = ' '.repeat(31);

/** A line of the log as the terminal gets it: time, level, source, message; further lines of the message stand below it. */
export function lineText(line: LogLine, timeOfDay: (iso: string) => string): string {
  const name = line.stream === 'stderr' ? 'stderr' : line.stream === 'stdout' ? 'stdout' : line.source;
  const head = `${dim}${timeOfDay(line.time)}${reset} ${levelLooks[line.level]}${reset} ${sourceLooks[line.source]}${name.padEnd(8)}${reset}`;
  const body = harmless(line.message).replaceAll('\r\n', `\r\n${indent}`);
  return `${head} ${body}${reset}\r\n`;
}

/** Marks where another attempt begins. */
export function attemptText(label: string): string {
  return `${dim}──── ${label} ${'─'.repeat(40)}${reset}\r\n`;
}

/** How many rows a text takes on an endlessly wide screen. */
export function rowCount(text: string): number {
  return text.split('\r\n').length - 1;
}
