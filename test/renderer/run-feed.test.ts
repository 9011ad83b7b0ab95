import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { LineSet } from '../../src/renderer/charts/line-set.ts';
import { RunFeed } from '../../src/renderer/charts/run-feed.ts';
import type { LiveLine, LivePage } from '../../src/shared/contract/run-readings.ts';

vi.stubGlobal('requestAnimationFrame', (paint: () => void) => {
  setImmediate(paint);
  return 1;
});

/** Points of a line with steps from `from` to `to`, each a hundredth of its step. */
function line(from: number, to: number, attempt = 1): LiveLine[] {
  const step = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return step.length === 0
    ? []
    : [{ name: 'train_loss', attempt, step, mean: step.map((at) => at / 100), merged: null }];
}

function page(lines: LiveLine[], next: number, ahead: LiveLine[] = []): LivePage {
  return { lines, next, ahead, stepsPerEpoch: 0, version: '', more: false, ended: false };
}

const stepsIn = (set: LineSet | null | undefined, key = 'train_loss 1') => {
  const buffer = set?.lines.get(key)?.buffer;
  return buffer ? [...buffer.step.subarray(0, buffer.length)] : [];
};

/** A reader over a journal of `total` points, of which `first` were there when the lines were read. */
function reader(total: number, first: number, pageSize: number) {
  let seriesReads = 0;
  return {
    reads: () => seriesReads,
    series: async () => {
      seriesReads += 1;
      // The rollups go with the run: a second reading finds all that stands by then.
      const known = seriesReads === 1 ? first : total;
      const there = Array.from({ length: known }, (_, index) => index + 1);
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
                  step: there,
                  epoch: there.map((step) => Math.ceil(step / 10)),
                  min: there.map((step) => step / 100),
                  max: there.map((step) => step / 100),
                  mean: there.map((step) => step / 100),
                  count: there.map(() => 1),
                  total: known,
                  nonFinite: 0,
                },
              ],
      };
    },
    live: async ({ after, upTo }: { after?: unknown; upTo?: unknown }) => {
      const from = Number(after ?? 0);
      const next = Math.min(from + pageSize, Number(upTo ?? total));
      return { ...page(line(from + 1, next), next), more: next < total, ended: next >= total };
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

test('attempts are lines of their own, and what is not finite is a gap', () => {
  const set = new LineSet([], 0);
  set.take(
    page([{ name: 'train_loss', attempt: 1, step: [1], mean: [null], merged: null }, ...line(2, 2, 2)], 2),
  );
  expect([...set.lines.keys()]).toEqual(['train_loss 1', 'train_loss 2']);
  expect(set.lines.get('train_loss 1')?.buffer.nonFinite).toBe(1);
});

test('a reader who falls behind gets buckets, in which every point counts', () => {
  const set = new LineSet([], 0);
  const merged = { min: [1, null], max: [4, null], finite: [3, 0], count: [4, 2] };
  set.take(page([{ name: 'train_loss', attempt: 1, step: [4, 6], mean: [2, null], merged }], 6));
  const buffer = set.lines.get('train_loss 1')?.buffer;
  expect(buffer).toMatchObject({ total: 6, nonFinite: 3, length: 2 });
  expect(buffer?.sum[0]).toBe(6);
});

test('what is ahead is shown until the next page, whatever became of it', () => {
  const set = new LineSet([], 0);
  set.take(page(line(1, 2), 2, line(3, 5)));
  expect(stepsIn(set)).toEqual([1, 2, 3, 4, 5]);
  expect(set.lastStep).toBe(5);
  // A kill: the next engine has stored one of them, and has read none of the others yet.
  set.take(page(line(3, 3), 3));
  expect(stepsIn(set)).toEqual([1, 2, 3]);
  set.take(page(line(4, 6), 6, line(7, 7)));
  expect(stepsIn(set)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(set.lines.get('train_loss 1')?.buffer.total).toBe(6);
});

test('a window that was read earlier or later than the lines misses no point and has none twice', async () => {
  for (const cursor of [3, 5, 8]) {
    const answers = [
      page(line(1, 5), 5),
      page(line(6, 10), 10, line(11, 11)),
      { ...page([], 10), ended: true },
    ];
    let answered = 0;
    const feed: RunFeed = new RunFeed(
      {
        series: async ({ fromStep }: { fromStep?: unknown }) => {
          const last = fromStep === undefined ? 0 : cursor;
          const step = Array.from({ length: last }, (_, index) => index + 1);
          const [values, ones] = [step.map((at) => at / 100), step.map(() => 1)];
          const columns = { step, epoch: ones, min: values, max: values, mean: values, count: ones };
          const series = { name: 'train_loss', attempt: 1, width: 1, total: last, nonFinite: 0, ...columns };
          return { series: last === 0 ? [] : [series], cursor: last };
        },
        live: async ({ after, upTo }: { after?: unknown; upTo?: unknown }) => {
          if (upTo !== undefined) return page(line(Number(after) + 1, Number(upTo)), Number(upTo));
          if (answered === 1) await feed.look({ fromStep: 2, toStep: 9 }, new AbortController().signal);
          answered += 1;
          return answers[answered - 1] as LivePage;
        },
      },
      'run',
    );
    await feed.follow(new AbortController().signal);
    expect(stepsIn(feed.base)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(stepsIn(feed.shown).filter((step) => step > cursor)).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].filter((step) => step > cursor),
    );
  }
});

test('a page that paints slowly asks less often', async () => {
  // What the tests before asked for is painted first.
  await new Promise(setImmediate);
  const frames: (() => void)[] = [];
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => frames.push(paint));
  let asked = 0;
  const source = reader(0, 0, 1);
  const feed = new RunFeed(
    {
      series: source.series,
      live: async () => {
        asked += 1;
        return { ...page([], 0), ended: asked === 5 };
      },
    },
    'run',
  );
  const followed = feed.follow(new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(2);
  const painting = setInterval(() => frames.shift()?.(), 1);
  await followed;
  clearInterval(painting);
  expect(asked).toBe(5);
});
