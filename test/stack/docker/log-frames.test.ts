import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogFrames } from '../../../src/main/stack/docker/container-log-frames.ts';
import type { StackLogLine } from '../../../src/shared/contract/stack.ts';

const pieceBytes = 16 * 1024;

function frame(stream: 'stdout' | 'stderr', time: string, text: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.from(`${time} `), text]);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** As the daemon sends a line: cut after every 16 KiB, all pieces with one time. */
function framesOf({ stream, time, text }: StackLogLine): Buffer[] {
  const bytes = Buffer.from(`${text}\n`);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    frames.push(frame(stream === 'stderr' ? 'stderr' : 'stdout', time, bytes.subarray(at, at + pieceBytes)));
  }
  return frames;
}

const textArbitrary = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')),
  // Characters of several bytes on both sides of the cut.
  fc.integer({ min: Math.floor(pieceBytes / 3) - 5, max: pieceBytes }).map((length) => '한'.repeat(length)),
);
const linesArbitrary = fc
  .array(fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), text: textArbitrary }), {
    maxLength: 30,
  })
  .map((lines) =>
    lines.map(({ stream, text }, index): StackLogLine => {
      const time = `2026-11-24T02:33:22.${String(index).padStart(9, '0')}Z`;
      return { service: 'redis', time, stream, text: Buffer.from(text).toString('utf8') };
    }),
  );

test('lines come out whole wherever the stream is cut into chunks', () => {
  fc.assert(
    fc.property(
      linesArbitrary,
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }),
      (lines, sizes) => {
        const bytes = Buffer.concat(lines.flatMap(framesOf));
        const frames = new LogFrames('redis');
        const seen: StackLogLine[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          seen.push(...frames.push(bytes.subarray(at, at + size)));
          at += size;
        }
        seen.push(...frames.end());
        expect(seen).toEqual(lines);
      },
    ),
    { numRuns: 150 },
  );
});

test('long lines of both streams that arrive piece by piece in turns are put together apart', () => {
  const time = '2026-11-24T02:33:22.000000001Z';
  const frames = new LogFrames('s3');
  const chunks = [
    frame('stdout', time, Buffer.from('out-')),
    frame('stderr', time, Buffer.from('err-')),
    frame('stdout', time, Buffer.from('put\n')),
    frame('stderr', time, Buffer.from('or\n')),
  ];
  expect(frames.push(Buffer.concat(chunks)).map(({ stream, text }) => [stream, text])).toEqual([
    ['stdout', 'out-put'],
    ['stderr', 'err-or'],
  ]);
});

test('a line that was never finished ends where a line of another time begins, or with the stream', () => {
  const frames = new LogFrames('s3');
  const early = frame('stdout', '2026-11-24T02:33:22.000000001Z', Buffer.from('killed in mid-'));
  const late = frame('stdout', '2026-11-24T02:40:00.000000001Z', Buffer.from('started again\n'));
  expect(frames.push(Buffer.concat([early, late])).map(({ text }) => text)).toEqual([
    'killed in mid-',
    'started again',
  ]);
  frames.push(early);
  expect(frames.end().map(({ text }) => text)).toEqual(['killed in mid-']);
});

test('what is no such stream is refused', () => {
  expect(() => new LogFrames('s3').push(Buffer.from('\u0007\0\0\0\0\0\0\u0001x'))).toThrow(RangeError);
});
