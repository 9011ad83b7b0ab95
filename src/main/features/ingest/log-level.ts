import type { StoredLine } from '../logs/log-buckets.ts';

export type LogLevel = StoredLine['level'];

/** Names that logging libraries have for the four levels of a log. */
const levelNames = new Map<string, LogLevel>([
  ['trace', 'debug'],
  ['notset', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['success', 'info'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['error', 'error'],
  ['critical', 'error'],
  ['fatal', 'error'],
  ['alert', 'error'],
  ['emergency', 'error'],
]);

/** A level by its name in any case, or by Python's number (10 debug, 20 info, 30 warning, 40 and above error); null where it is neither. */
export function readLevel(given: unknown): LogLevel | null {
  if (typeof given === 'string') return levelNames.get(given) ?? levelNames.get(given.toLowerCase()) ?? null;
  if (typeof given !== 'number' || !(given >= 0)) return null;
  if (given >= 40) return 'error';
  if (given >= 30) return 'warning';
  return given >= 20 ? 'info' : 'debug';
}
