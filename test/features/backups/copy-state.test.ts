import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  failed,
  removableCopies,
  retryOf,
  waitingFor,
  warningOf,
} from '../../../src/main/features/backups/copies/copy-state.ts';
import type { KeptDestination } from '../../../src/main/features/backups/copies/kept-destinations.ts';
import { newSnapshotId } from '../../../src/main/stores/snapshots/manifest.ts';
import { fault } from '../../../src/shared/errors/catalogue.ts';

const hourMs = 60 * 60_000;
const start = Date.UTC(2026, 10, 1);
const at = (hours: number) => new Date(start + hours * hourMs).toISOString();

const destination: KeptDestination = {
  ...{ id: '00000000-0000-4000-8000-000000000001', name: 'usb', isClaimed: true },
  ...{ place: { kind: 'folder', folder: '/mnt/usb' }, keep: null, addedAt: at(0), first: null },
  ...{ copied: [], failure: null, facts: { resolved: null, isSameDisk: false, freeBytes: null } },
};

const hours = fc.uniqueArray(fc.integer({ min: 0, max: 24 * 400 }), { maxLength: 40 });
const count = fc.integer({ min: 0, max: 5 });
const retention = fc.option(fc.record({ last: count, daily: count, weekly: count, monthly: count }));

test('what waits is copied, the newest first, and nothing that would be removed again at once', () => {
  fc.assert(
    fc.property(
      hours,
      fc.func(fc.boolean()),
      fc.func(fc.boolean()),
      retention,
      (times, isHere, isThere, keep) => {
        const all = times.map((hour) => newSnapshotId(new Date(at(hour)))).sort();
        const here = all.filter(isHere).map((id) => ({ id, isProven: false }));
        const copied = all.filter(isThere);
        const one = { ...destination, keep, copied };
        const waiting = waitingFor(one, here);
        expect(waiting).toEqual([...waiting].sort().reverse());
        expect(waiting.every((id) => here.some((snapshot) => snapshot.id === id))).toBe(true);
        const after = [...copied, ...waiting];
        expect(new Set(after).size).toBe(after.length);
        const removed = removableCopies(after, keep, here);
        expect(waiting.filter((id) => removed.includes(id))).toEqual([]);
        // The newest of all is never left out, and never removed.
        const newest = [...copied, ...here.map(({ id }) => id)].sort().at(-1);
        if (newest !== undefined) expect(after).toContain(newest);
        if (newest !== undefined) expect(removed).not.toContain(newest);
        if (keep === null)
          expect(waiting).toEqual(
            here
              .map(({ id }) => id)
              .filter((id) => !copied.includes(id))
              .sort()
              .reverse(),
          );
      },
    ),
  );
});

test('the copy of the snapshot that was last proven stays', () => {
  const ids = [0, 24, 48].map((hour) => newSnapshotId(new Date(at(hour))));
  const keep = { last: 1, daily: 0, weekly: 0, monthly: 0 };
  const proven = ids.map((id, index) => ({ id, isProven: index === 0 }));
  expect(removableCopies(ids, keep, proven)).toEqual([ids[1]]);
});

test('what fails is tried again later and later; a disk that is away each minute, and it is missed late', () => {
  const failing = fault('S3_FORBIDDEN', { place: 'nas', where: 'b', answer: 'AccessDenied' }).record;
  const away = fault('DESTINATION_AWAY', { place: '/mnt/usb' }).record;
  let one = destination;
  const pauses = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    one = failed(one, failing, at(attempt * 2));
    pauses.push(Date.parse(retryOf(one) ?? '') - Date.parse(at(attempt * 2)));
  }
  expect(pauses).toEqual([1, 10, 60, 60, 60].map((minutes) => minutes * 60_000));
  expect(warningOf(one, ['x'], at(23))).toBeNull();
  expect(warningOf(one, ['x'], at(24))).toBe('failing');
  expect(warningOf(one, [], at(24))).toBeNull();
  const gone = failed(failed(destination, away, at(0)), away, at(5));
  expect(Date.parse(retryOf(gone) ?? '') - Date.parse(at(5))).toBe(60_000);
  expect(warningOf(gone, ['x'], at(24))).toBeNull();
  expect(warningOf(gone, ['x'], at(24 * 7))).toBe('away');
  expect(retryOf(destination)).toBeNull();
});
