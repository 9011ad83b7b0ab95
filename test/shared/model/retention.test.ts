import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Retained, type Retention, removable } from '../../../src/shared/model/retention.ts';

const dayMs = 24 * 60 * 60 * 1000;
const history = fc
  .array(fc.record({ hours: fc.nat({ max: 24 * 800 }), isVerified: fc.boolean(), isProven: fc.boolean() }), {
    maxLength: 60,
  })
  .map((entries) =>
    entries.map(({ hours, isVerified, isProven }, index): Retained => {
      const at = new Date(Date.UTC(2026, 0, 1) + (hours * dayMs) / 24).toISOString();
      return { id: `${at}-${index}`, at, isVerified, isProven };
    }),
  );
const few = fc.nat({ max: 6 });
const retentions: fc.Arbitrary<Retention> = fc.record({ last: few, daily: few, weekly: few, monthly: few });

/** ISO's own rule: the week of the year that the week's Thursday is in. */
function isoWeek(at: string): string {
  const day = new Date(`${at.slice(0, 10)}T00:00:00Z`);
  const weekday = day.getUTCDay() === 0 ? 7 : day.getUTCDay();
  const thursday = new Date(day.getTime() + (4 - weekday) * dayMs);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()} ${Math.floor((thursday.getTime() - first) / dayMs / 7)}`;
}

test('what retention keeps is the newest of each span, as a count by hand has it, over any history', () => {
  fc.assert(
    fc.property(history, retentions, (snapshots, retention) => {
      const verified = snapshots.filter(({ isVerified }) => isVerified);
      const gone = new Set(removable(snapshots, retention));
      const rank = ({ at, id }: Retained) =>
        verified.filter((one) => one.at > at || (one.at === at && one.id > id)).length;
      const spans = [
        [retention.daily, (at: string) => at.slice(0, 10)],
        [retention.weekly, isoWeek],
        [retention.monthly, (at: string) => at.slice(0, 7)],
      ] as const;
      for (const snapshot of verified) {
        const isKept =
          rank(snapshot) < Math.max(1, retention.last) ||
          (snapshot.isProven && !verified.some((one) => one.isProven && rank(one) < rank(snapshot))) ||
          spans.some(([most, spanOf]) => {
            const own = spanOf(snapshot.at);
            const newer = verified.filter((one) => rank(one) < rank(snapshot)).map(({ at }) => spanOf(at));
            return !newer.includes(own) && new Set(newer).size < most;
          });
        expect(gone.has(snapshot.id)).toBe(!isKept);
      }
    }),
    { numRuns: Number(process.env.TRAINYARD_RETENTION_HISTORIES ?? 2000) },
  );
});

test('the newest verified and the newest proven snapshot always stay, and one that was never verified neither counts nor goes', () => {
  fc.assert(
    fc.property(history, retentions, (snapshots, retention) => {
      const gone = new Set(removable(snapshots, retention));
      const verified = snapshots.filter(({ isVerified }) => isVerified);
      for (const { id, isVerified } of snapshots) if (!isVerified) expect(gone.has(id)).toBe(false);
      if (verified.length > 0) expect(gone.size).toBeLessThan(verified.length);
      expect(removable(verified, retention)).toEqual([...gone]);
    }),
  );
});

test('pruning twice removes nothing more', () => {
  fc.assert(
    fc.property(history, retentions, (snapshots, retention) => {
      const gone = new Set(removable(snapshots, retention));
      const left = snapshots.filter(({ id }) => !gone.has(id));
      expect(removable(left, retention)).toEqual([]);
    }),
  );
});
