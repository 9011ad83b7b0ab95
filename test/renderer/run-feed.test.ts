import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { LineSet } from '../../src/renderer/charts/line-set.ts';
import { RunFeed } from '../../src/renderer/charts/run-feed.ts';
import type { MetricPoint } from '../../src/shared/contract/run-readings.ts';

vi.stubGlobal('requestAnimationFrame', () => 0);

function point(seq: number, attempt = 1): MetricPoint {
  return {
    seq,
    attempt,
    attemptSeq: seq,
    step: seq,
    epoch: Math.ceil(seq / 10),
    time: '2026-11-23T22:40:31.123Z',
    values: { train_loss: seq / 100 },
  };
}

/** A reader over a journal of `total` points, of which `first` were there when the lines were read. */
function reader(total: number, first: number, pageSize: number) {
  const points = Array.from({ length: total }, (_, index) => point(index + 1));
  let seriesReads = 0;
  return {
    reads: () => seriesReads,
    series: async () => {
      seriesReads += 1;
      // The rollups go with the run: a second reading finds all that stands by then.
      const known = seriesReads === 1 ? first : total;
      const there = points.slice(0, known);
      return {
        cursor: known,
        series:
          known === 0
            ? []
            : [
                {
                  name: 'train_loss',
                  attempt: 1,
                  width: 1,
                  step: there.map(({ step }) => step),
                  epoch: there.map(({ epoch }) => epoch),
                  min: there.map(({ seq }) => seq / 100),
                  max: there.map(({ seq }) => seq / 100),
                  mean: there.map(({ seq }) => seq / 100),
                  count: there.map(() => 1),
                  total: known,
                  nonFinite: 0,
                },
              ],
      };
    },
    metrics: async ({ after }: { after?: unknown }) => {
      const from = Number(after ?? 0);
      const metrics = points.slice(from, from + pageSize);
      const next = from + metrics.length;
      return { metrics, next, more: next < total, ended: next >= total };
    },
  };
}

test('a feed has every point once, whatever part came from the rollups', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 50 }),
      async (known, later, pageSize) => {
        const source = reader(known + later, known, pageSize);
        const feed = new RunFeed(source, 'run');
        await feed.follow(new AbortController().signal);
        const line = feed.base?.lines.get('train_loss 1')?.buffer;
        expect(line?.total ?? 0).toBe(known + later);
        expect(feed.base?.cursor).toBe(known + later);
      },
    ),
  );
});

test('a feed that falls far behind reads the rollups again instead of every point', async () => {
  const source = reader(300, 0, 1);
  const feed = new RunFeed(source, 'run');
  await feed.follow(new AbortController().signal);
  expect(source.reads()).toBe(2);
  expect(feed.base?.lines.get('train_loss 1')?.buffer.total).toBe(300);
});

test('points that come twice count once', () => {
  const set = new LineSet([], 0);
  set.take([point(1), point(2)], 2);
  expect([...set.take([point(1), point(2), point(3)], 3)]).toEqual(['train_loss']);
  expect(set.lines.get('train_loss 1')?.buffer.total).toBe(3);
});

test('attempts are lines of their own, and not-finite words are gaps', () => {
  const set = new LineSet([], 0);
  set.take([{ ...point(1), values: { train_loss: 'NaN' } }, point(2, 2)], 2);
  expect([...set.lines.keys()]).toEqual(['train_loss 1', 'train_loss 2']);
  expect(set.lines.get('train_loss 1')?.buffer.nonFinite).toBe(1);
});

test('the steps of an epoch are known once one has ended', () => {
  const set = new LineSet([], 0);
  for (let seq = 1; seq <= 25; seq += 1) set.take([point(seq)], seq);
  expect(set.stepsPerEpoch).toBe(10);
});
