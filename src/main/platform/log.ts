import path from 'node:path';
import pino, { type Logger } from 'pino';
import { LogFile } from './log-file.ts';
import { prepareOwnFile } from './state-file.ts';
import { openStateFolder } from './state-folder.ts';

/**
 * The engine's log: JSON lines in `logs/engine.log` of the state folder. Secrets are never given to it. It never ends the engine:
 * what the disk does not take is lost and counted.
 */
export function createLog(home: string): Logger {
  const file = path.join(openStateFolder(home, 'logs'), 'engine.log');
  prepareOwnFile(file, {
    en: 'Move it away; a new log is begun.',
    ko: '다른 곳으로 옮기세요. 새 로그가 시작됩니다.',
  });
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
