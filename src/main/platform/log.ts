import { existsSync, lstatSync, renameSync } from 'node:fs';
import path from 'node:path';
import pino, { type Logger } from 'pino';
import { LogFile } from './log-file.ts';
import { prepareOwnFile } from './state-file.ts';
import { openStateFolder } from './state-folder.ts';

const largestBytes = 16 * 1024 * 1024;
const keptFiles = 3;

const logHint = {
  en: 'Move it away; a new log is begun.',
  ko: '다른 곳으로 옮기세요. 새 로그가 시작됩니다.',
};

/** Makes room before a start: `engine.log` becomes `engine.1.log` and so on once it is large. */
function rotate(file: string): void {
  if (!existsSync(file) || lstatSync(file).size < largestBytes) return;
  const numbered = (index: number) => (index === 0 ? file : file.replace(/\.log$/, `.${index}.log`));
  for (let index = keptFiles - 1; index >= 0; index -= 1) {
    if (existsSync(numbered(index))) renameSync(numbered(index), numbered(index + 1));
  }
}

/**
 * The engine's log: JSON lines in `logs/engine.log` of the state folder. Secrets are never given to it. It never ends the engine:
 * what the disk does not take is lost and counted.
 */
export function createLog(home: string): Logger {
  const file = path.join(openStateFolder(home, 'logs'), 'engine.log');
  rotate(file);
  prepareOwnFile(file, logHint);
  const level = process.env.TRAINYARD_LOG_LEVEL ?? 'info';
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.password', '*.token'],
    },
    new LogFile(file),
  );
}
