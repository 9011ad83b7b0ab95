import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf, readCsv, startOfCsv } from '../../resources/trainers/sidecar/csv.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { collectingSink } from './support/collecting-sink.ts';

test('cells of a table come back whatever is in them', () => {
  const cell = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const line = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
      expect(cellsOf(line)).toEqual(cells);
    }),
  );
  expect(cellsOf('                  epoch,  train/box_loss , "a, b",')).toEqual([
    'epoch',
    'train/box_loss',
    'a, b',
    '',
  ]);
});

test('rows are read once each however the table is written: in pieces, with further columns, or as another file', async () => {
  await using made = await temporaryFolder();
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.constant('row' as const) },
    { weight: 3, arbitrary: fc.constant('torn row' as const) },
    { weight: 2, arbitrary: fc.constant('further column' as const) },
    { weight: 1, arbitrary: fc.constant('replaced' as const) },
    { weight: 4, arbitrary: fc.constant('read' as const) },
  );
  let count = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.boolean(), (actions, isLong) => {
      const file = path.join(made.folder, `metrics-${count++}.csv`);
      const { sink, points, unreadable } = collectingSink();
      const position = startOfCsv();
      const columns = ['epoch', 'step', isLong ? `loss_${'x'.repeat(300)}` : 'loss'];
      const rows: Record<string, number>[] = [];
      const line = (row: Record<string, number>) => `${columns.map((name) => row[name] ?? '').join(',')}\r\n`;
      const table = () => `${columns.join(',')}\r\n${rows.map(line).join('')}`;
      const read = () => readCsv(file, position, sink);
      writeFileSync(file, table());
      for (const one of [...actions, 'read' as const]) {
        if (one === 'row' || one === 'torn row') {
          const step = rows.length;
          rows.push({ epoch: Math.floor(step / 3), step, [columns.at(-1) ?? '']: step / 7 });
          const text = line(rows.at(-1) ?? {});
          if (one === 'torn row') {
            appendFileSync(file, text.slice(0, 3));
            read();
            appendFileSync(file, text.slice(3));
          } else appendFileSync(file, text);
        } else if (one === 'further column') {
          columns.push(`metric_${columns.length}`);
          // In place, as Lightning does: a reader may see any part of it.
          const text = table();
          for (const part of [0, text.length / 3, text.length / 2]) {
            writeFileSync(file, text.slice(0, part));
            read();
          }
          writeFileSync(file, text);
        } else if (one === 'replaced') {
          writeFileSync(`${file}.new`, table());
          renameSync(`${file}.new`, file);
        } else read();
      }
      expect(unreadable).toEqual([]);
      expect(points.map(({ step }) => step)).toEqual(rows.map(({ step }) => step));
      expect(points.map(({ values }) => Object.values(values))).toEqual(
        rows.map(({ step = 0 }) => [step / 7]),
      );
    }),
  );
});

test('a table of another training in the same file is read from its beginning', async () => {
  await using made = await temporaryFolder();
  const file = path.join(made.folder, 'results.csv');
  const { sink, points } = collectingSink();
  const position = startOfCsv();
  writeFileSync(file, 'epoch,loss\n1,0.5\n2,0.25\n');
  readCsv(file, position, sink);
  writeFileSync(file, 'epoch,loss\n1,0.75\n');
  readCsv(file, position, sink);
  expect(points).toEqual([
    { epoch: 1, step: 1, values: { loss: 0.5 } },
    { epoch: 2, step: 2, values: { loss: 0.25 } },
    { epoch: 1, step: 1, values: { loss: 0.75 } },
  ]);
});

test('what is no number, no row and no table of metrics is named with its line, and costs nothing else', async () => {
  await using made = await temporaryFolder();
  const file = path.join(made.folder, 'metrics.csv');
  const { sink, points, unreadable } = collectingSink();
  writeFileSync(file, 'epoch,step,loss,name\n0,1,nan,cat\n0,2\n\n,3,-inf,\n0,-1,1,\n');
  readCsv(file, startOfCsv(), sink);
  expect(points).toEqual([
    { epoch: 0, step: 1, values: { loss: 'NaN' } },
    { epoch: 0, step: 3, values: { loss: '-Infinity' } },
  ]);
  expect(unreadable.map(({ line }) => line)).toEqual([2, 3, 6]);
  writeFileSync(file, 'image,score\na.png,0.5\n');
  const other = collectingSink();
  readCsv(file, startOfCsv(), other.sink);
  expect(other.unreadable).toMatchObject([{ line: 1, reason: expect.stringContaining('"epoch"') }]);
});
