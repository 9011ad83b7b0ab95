import type { LogLine } from '../../../../shared/contract/run-readings.ts';
import { dim, reset, terminalLine } from '../../../components/log/terminal-text.ts';

const levelLooks = {
  debug: ['\u001b[90m', 'DEBUG'],
  info: ['\u001b[34m', 'INFO '],
  warning: ['\u001b[33m', 'WARN '],
  error: ['\u001b[31;1m', 'ERROR'],
} as const satisfies Record<LogLine['level'], unknown>;
const sourceColours: Record<LogLine['source'], string> = {
  trainer: '\u001b[36m',
  sidecar: '\u001b[35m',
  platform: '\u001b[32m',
};

/** A line of a run's log: time, level, source, message. */
export function lineText(line: LogLine, timeOfDay: (iso: string) => string): string {
  const name = line.stream === 'stdout' || line.stream === 'stderr' ? line.stream : line.source;
  const words = [levelLooks[line.level], [sourceColours[line.source], name.padEnd(8)]] as const;
  return terminalLine(timeOfDay(line.time), words, line.message);
}

/** Marks where another attempt begins. */
export function attemptText(label: string): string {
  return `${dim}──── ${label} ${'─'.repeat(40)}${reset}\r\n`;
}

/** How many rows a text takes on an endlessly wide screen. */
export function rowCount(text: string): number {
  return text.split('\r\n').length - 1;
}
