import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeDurably } from '../builtin/durable.ts';
import { type CsvPosition, readCsv, startOfCsv } from './csv.ts';
import type { FoundFile } from './find-files.ts';
import type { Sink } from './sink.ts';
import { type HistoryPosition, readTrainerState, startOfHistory } from './trainer-state.ts';

/** A file that was there before the script: what it holds is no part of this run. */
interface EarlierFile {
  readonly size: number;
  readonly modifiedMs: number;
  readonly csv?: CsvPosition;
  readonly history?: HistoryPosition;
}

/** What was there before the script started, by file. */
export interface Before {
  readonly startedMs: number;
  readonly files: Readonly<Record<string, EarlierFile>>;
}

/** Larger ones are not read: they count as a whole. */
const readBytes = 16 * 1024 * 1024;

const silent: Sink = {
  metric: () => {},
  progress: () => {},
  artifact: () => {},
  unreadable: () => {},
  settle: () => {},
};

function earlierFile({ file, kind }: FoundFile): EarlierFile | null {
  try {
    const { size, mtimeMs: modifiedMs } = statSync(file);
    if (size > readBytes || kind === 'tensorboard') return { size, modifiedMs };
    if (kind === 'csv') {
      const csv = startOfCsv();
      readCsv(file, csv, silent);
      return { size, modifiedMs, csv };
    }
    const history = startOfHistory();
    readTrainerState(file, history, silent, { isOver: false });
    return { size, modifiedMs, history: { ...history, known: history.known.slice(-1) } };
  } catch {
    // Gone meanwhile, or not for us to read.
    return null;
  }
}

/** What is there now, unless that was written down before: a sidecar that starts again goes by what the first one found. */
export function whatWasBefore(directory: string, find: () => readonly FoundFile[]): Before {
  const record = path.join(directory, 'sidecar-before.json');
  if (existsSync(record)) return JSON.parse(readFileSync(record, 'utf8'));
  const startedMs = Date.now();
  const files = find().flatMap((found) => {
    const earlier = earlierFile(found);
    return earlier ? [[found.file, earlier] as const] : [];
  });
  const before: Before = { startedMs, files: Object.fromEntries(files) };
  writeDurably(record, [Buffer.from(JSON.stringify(before))]);
  return before;
}
