import { closeSync, openSync } from 'node:fs';
import { isSameFile, markOf, type Position, startPosition, wholeLines } from './lines.ts';
import { isEpoch, isStep, type MetricValues, readNumber, type Sink, writable } from './sink.ts';

type Fields = Readonly<Record<string, unknown>>;

const artifactKinds = new Set(['model', 'image', 'other']);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,1024}$/u.test(value);

/** Reads what the package `trainyard` wrote since the last time: a JSON object a line. */
export function readPackageLines(file: string, position: Position, sink: Sink): void {
  const handle = openSync(file, 'r');
  try {
    if (!isSameFile(handle, position)) Object.assign(position, startPosition());
    const mark = () => {
      position.mark = markOf(handle, position.offset);
    };
    for (const { text, end } of wholeLines(handle, position.offset)) {
      position.lines += 1;
      position.offset = end;
      const reason = text === null ? 'the line is longer than 1 MiB' : readLine(text, sink);
      if (reason !== null) sink.unreadable(file, position.lines, `${reason}: it is left out`);
      sink.settle(mark);
    }
    mark();
  } finally {
    closeSync(handle);
  }
}

/** Null where the line was read, else why not. */
function readLine(text: string, sink: Sink): string | null {
  const fields = parse(text);
  if (fields === null) return 'the line is no JSON object';
  if (fields.type === 'metric') return readMetric(fields, sink);
  if (fields.type === 'progress') return readProgress(fields, sink);
  if (fields.type === 'artifact') return readArtifact(fields, sink);
  return 'the line has an unknown type';
}

function parse(text: string): Fields | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Fields)
      : null;
  } catch {
    return null;
  }
}

function readMetric({ epoch, step, values, time }: Fields, sink: Sink): string | null {
  if (!isEpoch(epoch) || !isStep(step)) return 'epoch or step is not a number from 0 on';
  if (typeof values !== 'object' || values === null) return 'values is not an object';
  const numbers: MetricValues = {};
  for (const [name, value] of Object.entries(values)) {
    const number =
      typeof value === 'number' ? writable(value) : typeof value === 'string' ? readNumber(value) : null;
    if (number !== null) numbers[name] = number;
  }
  sink.metric({ epoch, step, values: numbers, timeMs: typeof time === 'number' ? time : undefined });
  return null;
}

function readProgress({ epoch, epochs, step, steps }: Fields, sink: Sink): string | null {
  if (!isEpoch(epoch) || !isEpoch(epochs)) return 'epoch or epochs is not a number from 0 on';
  if (!isStep(step) || !isStep(steps)) return 'step or steps is not a whole number from 0 on';
  sink.progress({ epoch, epochs, step, steps });
  return null;
}

function readArtifact({ path, kind, name, mediaType }: Fields, sink: Sink): string | null {
  if (![path, name, mediaType].every(isText)) return 'path, name or mediaType is not a text';
  const isKnown = typeof kind === 'string' && artifactKinds.has(kind);
  sink.artifact({
    path: String(path),
    kind: isKnown ? kind : 'other',
    name: String(name),
    mediaType: String(mediaType),
  });
  return null;
}
