import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StackLogService } from '../../../src/main/stack/logs/log-service.ts';
import { readCursor, writeCursor } from '../../../src/main/stack/logs/position.ts';
import { FakeLogs } from '../support/fake-logs.ts';

const one = 'a'.repeat(64);
const other = 'b'.repeat(64);

const query = { services: [], after: '', tail: 1000, limit: 1000, search: '', waitMs: 0 } as const;

/** Reads page by page to the end; each page by a service of its own, as after a restart, so that only the cursor is kept. */
async function readAll(
  logs: FakeLogs,
  limits: readonly number[],
  between: (page: number) => void = () => {},
) {
  const texts: string[] = [];
  for (let after = '', page = 0; ; page += 1) {
    await using service = new StackLogService(logs);
    const limit = limits[page % limits.length] ?? 1;
    const read = await service.read({ ...query, after, limit, tail: 1_000_000 });
    texts.push(...read.lines.map(({ stream, text }) => (stream === 'gap' ? 'gap' : text)));
    if (read.lines.length === 0) return texts;
    // A cursor that does not move would go on for ever.
    expect(read.cursor).not.toBe(after);
    after = read.cursor;
    between(page);
  }
}

test('every line comes once, also where many have the same nanosecond and a page ends between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      async (steps, limits) => {
        const logs = new FakeLogs();
        logs.add(one, 'redis', true);
        logs.add(other, 's3');
        let ns = 0;
        const printed: string[] = [];
        for (const [index, [step, isOther]] of steps.entries()) {
          ns += step;
          logs.print(isOther ? other : one, ns, `line ${index}`);
          printed.push(`line ${index}`);
        }
        const seen = await readAll(logs, limits);
        expect(seen.toSorted()).toEqual(printed.toSorted());
      },
    ),
    { numRuns: 40 },
  );
});

test('a line that the daemon wrote behind younger ones of the other stream is not lost between two pages', async () => {
  const logs = new FakeLogs();
  logs.add(one, 'redis');
  logs.print(one, 0, 'first');
  logs.print(one, 9_000_000, 'younger', 'stderr');
  logs.print(one, 5_000_000, 'older');
  expect(await readAll(logs, [2])).toEqual(['first', 'younger', 'older']);
});

test('lines of several services are in the order of their times', async () => {
  const logs = new FakeLogs();
  logs.add(one, 'redis');
  logs.add(other, 'postgres');
  for (let index = 0; index < 200; index += 1)
    logs.print(index % 3 === 0 ? one : other, index, `line ${index}`);
  expect(await readAll(logs, [17])).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index}`));
});

test('where lines were rotated away before they were read, a line says so', async () => {
  const logs = new FakeLogs();
  logs.add(one, 'redis', true);
  for (let index = 0; index < 10; index += 1) logs.print(one, index, `line ${index}`);
  const seen = await readAll(logs, [5], (page) => {
    if (page === 0) logs.dropFirst(one, 8);
  });
  expect(seen).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4', 'gap', 'line 8', 'line 9']);
});

test('a container that comes later is read from its beginning', async () => {
  const logs = new FakeLogs();
  await using service = new StackLogService(logs);
  logs.add(one, 'redis');
  logs.print(one, 0, 'before');
  const first = await service.read({ ...query, tail: 0 });
  expect(first.lines).toEqual([]);
  const waiting = service.read({ ...query, after: first.cursor, waitMs: 20_000 });
  logs.add(other, 's3');
  logs.print(other, 5, 'later');
  const second = await waiting;
  expect(second.lines.map(({ text }) => text)).toEqual(['later']);
});

test('a reader that waits gets a line as soon as it is printed, and a filter leaves others out', async () => {
  const logs = new FakeLogs();
  logs.add(one, 'redis');
  logs.add(other, 's3');
  await using service = new StackLogService(logs);
  const { cursor } = await service.read({ ...query, tail: 0 });
  const begun = performance.now();
  const waiting = service.read({ ...query, after: cursor, search: 'WANTED', waitMs: 20_000 });
  logs.print(one, 1, 'not this one');
  logs.print(other, 2, 'the wanted one');
  expect((await waiting).lines.map(({ text }) => text)).toEqual(['the wanted one']);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('the last lines of each service are given first; nothing older of the other stream follows', async () => {
  const logs = new FakeLogs();
  logs.add(one, 'redis');
  logs.print(one, 0, 'old error', 'stderr');
  for (let index = 1; index < 6; index += 1) logs.print(one, index, `line ${index}`);
  await using first = new StackLogService(logs);
  const page = await first.read({ ...query, tail: 2 });
  expect(page.lines.map(({ text }) => text)).toEqual(['line 4', 'line 5']);
  await using later = new StackLogService(logs);
  expect((await later.read({ ...query, after: page.cursor })).lines).toEqual([]);
});

test('a cursor holds what it was made of, and what is none is refused', async () => {
  const place = { time: '2026-11-24T02:33:22.138189217Z', count: 3 };
  const positions = new Map([['0123456789ab', { stdout: place, stderr: { time: '', count: 0 } }]]);
  expect(readCursor(writeCursor(positions))).toEqual(positions);
  await using service = new StackLogService(new FakeLogs());
  for (const after of ['x', '0123456789ab', '0123456789ab:1.x:', '0123456789ab:1.1:1.1:']) {
    await expect(service.read({ ...query, after })).rejects.toMatchObject({ code: 'LOG_CURSOR_INVALID' });
  }
});
