import { expect, test } from 'vitest';
import { harmless } from '../../src/renderer/components/log/terminal-text.ts';
import { lineText, rowCount } from '../../src/renderer/features/run/log/log-text.ts';
import { findLines, LogWindow } from '../../src/renderer/features/run/log/log-window.ts';
import type { LogLine } from '../../src/shared/contract/run-readings.ts';

const { signal } = new AbortController();

function line(number: number): LogLine {
  return {
    line: number,
    attempt: 1,
    time: '2026-11-23T22:40:31.123Z',
    level: number % 1000 === 0 ? 'error' : 'info',
    source: 'trainer',
    stream: 'event',
    message: `line ${number}`,
  };
}

/** A log of `length` lines as the contract reads it. */
function log(length: number) {
  const state = { length };
  const read = async (input: {
    from?: unknown;
    limit?: unknown;
    level?: string | undefined;
    search?: string | undefined;
  }) => {
    const wanted = Number(input.from ?? 0);
    const from = wanted < 0 ? Math.max(0, state.length + wanted) : wanted;
    const next = Math.min(state.length, from + Number(input.limit ?? 1000));
    const lines = Array.from({ length: Math.max(0, next - from) }, (_, index) => line(from + index)).filter(
      ({ level, message }) =>
        (input.level === undefined || level === input.level) && message.includes(input.search ?? ''),
    );
    return {
      lines,
      next: Math.max(from, next),
      total: state.length,
      ended: false,
      moving: { version: '', lines: [] },
    };
  };
  return { state, read };
}

function numbers(window: LogWindow): number[] {
  return window.lines.map((one) => one.line);
}

test('a window opens at the end of a long log and grows back without a hole or a double', async () => {
  const { read } = log(120_000);
  const window = new LogWindow(read, 'run', null);
  await window.openAtEnd(signal);
  expect(window.atEnd).toBe(true);
  expect(window.lines.at(-1)?.line).toBe(119_999);
  await window.growBack(signal);
  await window.growBack(signal);
  const [first = 0] = numbers(window);
  expect(numbers(window)).toEqual(Array.from({ length: 120_000 - first }, (_, index) => first + index));
});

test('a window lets go at its other end and takes it up again', async () => {
  const { read } = log(10_000);
  const window = new LogWindow(read, 'run', null, 3000);
  await window.openAtEnd(signal);
  await window.growBack(signal);
  expect(window.lines).toHaveLength(3000);
  expect(window.atEnd).toBe(false);
  while (!window.atEnd) await window.growOn(signal, 0);
  expect(window.lines.at(-1)?.line).toBe(9999);
  expect(new Set(numbers(window)).size).toBe(3000);
});

test('new lines come once', async () => {
  const { read, state } = log(10);
  const window = new LogWindow(read, 'run', null);
  await window.openAtEnd(signal);
  state.length = 25;
  expect(await window.growOn(signal, 0)).toHaveLength(15);
  expect(await window.growOn(signal, 0)).toEqual([]);
  expect(numbers(window)).toEqual(Array.from({ length: 25 }, (_, index) => index));
});

test('with a level the window goes back until there is something to see', async () => {
  const { read } = log(50_000);
  const window = new LogWindow(read, 'run', 'error');
  await window.openAtEnd(signal);
  expect(window.from).toBe(0);
  expect(numbers(window)).toEqual(Array.from({ length: 50 }, (_, index) => index * 1000));
});

test('a search finds the lines of the whole log', async () => {
  const { read } = log(35_000);
  let found: readonly number[] = [];
  await findLines(
    read,
    { run: 'run', search: 'line 3456', level: null },
    (lines) => {
      found = lines;
    },
    signal,
  );
  expect(found).toEqual([3456, ...Array.from({ length: 10 }, (_, index) => 34_560 + index)]);
});

test('colours pass; what moves the cursor, clears the screen or writes over itself does not', () => {
  expect(harmless('\u001b[32mgreen\u001b[0m \u001b[2J\u001b[5;1Hgone\u001b]0;title\u0007')).toBe(
    '\u001b[32mgreen\u001b[0m gone\u001b[0m',
  );
  expect(harmless(' 10%\r 50%\r100%')).toBe('100%');
  expect(harmless('one\ntwo\r\nthree')).toBe('one\r\ntwo\r\nthree');
  expect(harmless('bell\u0007 back\u0008')).toBe('bell back');
});

test('a message of several lines takes as many rows', () => {
  expect(rowCount(lineText({ ...line(1), message: 'a\nb\nc' }, () => '22:40:31'))).toBe(3);
});
