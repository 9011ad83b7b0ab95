import fc from 'fast-check';
import { eventLine } from './workshop.ts';

interface ExpectedPoint {
  readonly attemptSeq: number;
  readonly epoch: number;
  readonly step: number;
  readonly values: Record<string, number | string>;
}

/** What a trainer wrote, and what must come of it. */
export interface TrainerOutput {
  readonly events: Buffer;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly points: readonly ExpectedPoint[];
  /** Messages of log events, with their numbers. */
  readonly messages: readonly { readonly attemptSeq: number; readonly message: string }[];
  /** Numbers and types of all events. */
  readonly types: readonly (readonly [number, string])[];
  /** Texts of lines that are no events, in order. */
  readonly bad: readonly string[];
  readonly stdoutLines: readonly string[];
  readonly stderrLines: readonly string[];
}

type Piece =
  | { readonly kind: 'metric'; readonly values: Record<string, number> }
  | { readonly kind: 'log'; readonly message: string }
  | { readonly kind: 'progress' }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'garbage'; readonly text: string }
  | { readonly kind: 'again' }
  | { readonly kind: 'unknown' };

const value = fc.oneof(
  fc.double(),
  fc.integer({ min: 0, max: 2_000_000 }).map((scaled) => scaled / 1e6),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    1e-7,
    12345.5,
    1e308,
    0.1,
  ),
);
const values = fc.dictionary(
  fc.constantFrom(
    'train_loss',
    'train_accuracy',
    'val_loss',
    'gpu_utilization',
    'lr',
    'grad/norm',
    '__proto__',
    '7',
  ),
  value,
  { maxKeys: 4, noNullPrototype: true },
);
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((given) => given.replaceAll(/[\n\r]/g, ' '));

const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('metric'), values }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('log'), message: fc.string({ maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('progress') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkpoint') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('garbage'), text: text.map((given) => `~${given}`) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unknown') }) },
);

const shown = (number: number) => (Number.isFinite(number) ? number : String(number));

/** JSON in which -0 stays what it is. */
function valuesJson(given: Record<string, number>): string {
  const fields = Object.entries(given).map(([name, number]) => {
    const json = Object.is(number, -0)
      ? '-0'
      : Number.isFinite(number)
        ? JSON.stringify(number)
        : `"${number}"`;
    return `${JSON.stringify(name)}:${json}`;
  });
  return `{${fields.join(',')}}`;
}

function build(
  pieces: readonly Piece[],
  stdoutLines: readonly string[],
  stderrLines: readonly string[],
): TrainerOutput {
  const lines: string[] = [];
  const points: ExpectedPoint[] = [];
  const messages: { attemptSeq: number; message: string }[] = [];
  const types: [number, string][] = [];
  const bad: string[] = [];
  let seq = 0;
  let last = '';
  for (const [step, given] of pieces.entries()) {
    const epoch = Math.floor(step / 7) + 1;
    if (given.kind === 'garbage') {
      lines.push(`${given.text}\n`);
      bad.push(given.text);
      continue;
    }
    if (given.kind === 'again') {
      if (last !== '') {
        lines.push(last);
        bad.push(last.slice(0, -1));
      }
      continue;
    }
    seq += 1;
    if (given.kind === 'unknown') {
      const line = eventLine(seq, 'wonder', {});
      lines.push(line);
      bad.push(line.slice(0, -1));
      continue;
    }
    types.push([seq, given.kind]);
    if (given.kind === 'metric') {
      last = eventLine(seq, 'metric', { epoch, step, values: 0 }).replace(
        '"values":0',
        () => `"values":${valuesJson(given.values)}`,
      );
      const expected = Object.entries(given.values).map(([name, number]) => [name, shown(number)]);
      points.push({ attemptSeq: seq, epoch, step, values: Object.fromEntries(expected) });
    } else if (given.kind === 'log') {
      last = eventLine(seq, 'log', { level: 'info', message: given.message });
      messages.push({ attemptSeq: seq, message: given.message });
    } else if (given.kind === 'progress') {
      last = eventLine(seq, 'progress', { epoch, epochs: 9, step, steps: 1000, etaMs: null });
    } else {
      last = eventLine(seq, 'checkpoint', { path: `checkpoints/${epoch}`, epoch, step, kind: 'last' });
    }
    lines.push(last);
  }
  const output = (of: readonly string[]) => Buffer.from(of.map((line) => `${line}\n`).join(''));
  return {
    events: Buffer.from(lines.join('')),
    stdout: output(stdoutLines),
    stderr: output(stderrLines),
    points,
    messages,
    types,
    bad,
    stdoutLines,
    stderrLines,
  };
}

/** Files of a trainer, good lines and bad ones. */
export const trainerOutput: fc.Arbitrary<TrainerOutput> = fc
  .tuple(
    fc.array(piece, { maxLength: 120, size: 'max' }),
    fc.array(text, { maxLength: 40, size: 'max' }),
    fc.array(text, { maxLength: 10, size: 'max' }),
  )
  .map(([pieces, stdout, stderr]) => build(pieces, stdout, stderr));
