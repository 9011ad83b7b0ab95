import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../resources/trainers/sidecar/crc32c.ts';
import { shortestFloat } from '../../resources/trainers/sidecar/summary.ts';
import { readEventFile, startOfEventFile } from '../../resources/trainers/sidecar/tensorboard.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { collectingSink } from './support/collecting-sink.ts';
import { record, scalarEvent } from './support/event-file.ts';

const scalar = fc.record({
  tag: fc.constantFrom('loss', 'val/accuracy', '정확도'),
  step: fc.integer({ min: 0, max: 2 ** 40 }),
  value: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
});

test('the check sum is Castagnoli’s', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('a 32-bit number is written with the fewest digits that give it again', () => {
  expect(shortestFloat(Math.fround(0.1))).toBe(0.1);
  fc.assert(fc.property(fc.float({ noNaN: true }), (value) => Math.fround(shortestFloat(value)) === value));
});

test('scalars of a file that grows in pieces are read once each, in their order', async () => {
  await using made = await temporaryFolder();
  let count = 0;
  fc.assert(
    fc.property(fc.array(scalar, { maxLength: 30 }), fc.array(fc.nat(200)), (scalars, cuts) => {
      const file = path.join(made.folder, `events.out.tfevents.${count++}`);
      const bytes = Buffer.concat(
        scalars.map(({ tag, step, value }) => record(scalarEvent(tag, BigInt(step), value))),
      );
      writeFileSync(file, '');
      const { sink, points, unreadable } = collectingSink();
      const position = startOfEventFile();
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        appendFileSync(file, bytes.subarray(at, at + length));
        at += length;
        readEventFile(file, position, sink);
      }
      expect(unreadable).toEqual([]);
      const read = points.flatMap(({ step, values }) =>
        Object.entries(values).map(([tag, value]) => ({ tag, step, value: Math.fround(Number(value)) })),
      );
      expect(read).toEqual(scalars);
    }),
  );
});

test('a damaged file is read up to the damage at least, and the damage is named', async () => {
  await using made = await temporaryFolder();
  let count = 0;
  fc.assert(
    fc.property(
      fc.array(scalar, { minLength: 3, maxLength: 12 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      (scalars, place, change) => {
        const file = path.join(made.folder, `events.out.tfevents.${count++}`);
        const records = scalars.map(({ tag, value }, at) => record(scalarEvent(`${tag}`, BigInt(at), value)));
        const bytes = Buffer.concat(records);
        const at = Math.floor(place * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        let end = 0;
        const damaged = records.findIndex(({ length }) => {
          end += length;
          return at < end;
        });
        writeFileSync(file, bytes);
        const { sink, points, unreadable } = collectingSink();
        readEventFile(file, startOfEventFile(), sink);
        const steps = points.map(({ step }) => step);
        expect(steps.slice(0, damaged)).toEqual(scalars.slice(0, damaged).map((_, step) => step));
        expect(steps).not.toContain(damaged);
        // The last record may be one that is still being written.
        if (damaged < records.length - 1) expect(unreadable).toHaveLength(1);
      },
    ),
  );
});

test('a step before 0 is left out by name, and a record that is no event too', async () => {
  await using made = await temporaryFolder();
  const file = path.join(made.folder, 'events.out.tfevents.1');
  const { sink, points, unreadable } = collectingSink();
  writeFileSync(
    file,
    Buffer.concat([
      record(scalarEvent('loss', -1n, 1)),
      record(Buffer.from([0x0a, 0xff, 0x01])),
      record(scalarEvent('loss', 2n, 0.5)),
    ]),
  );
  readEventFile(file, startOfEventFile(), sink);
  expect(points).toEqual([{ epoch: 0, step: 2, values: { loss: 0.5 } }]);
  expect(unreadable.map(({ reason }) => reason)).toEqual([
    'record 1 has the step -1: it is left out',
    'record 2 is no TensorBoard event: it is left out',
  ]);
});
