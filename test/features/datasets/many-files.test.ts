import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { manifestSha256 } from '../../../src/main/features/datasets/manifest.ts';
import { Findings, makeProblem } from '../../../src/main/features/datasets/problems.ts';
import type { Scan } from '../../../src/main/features/datasets/scan.ts';
import { evaluate } from '../../../src/main/features/datasets/validation.ts';
import { Pace, secondsLeft } from '../../../src/shared/model/pace.ts';

const endIsMissing = { en: 'its end is missing', ko: '끝이 없습니다' };
const noImage = (path: string) =>
  makeProblem('IMAGE_UNREADABLE', path, {
    image: 'The image',
    why: { en: 'its bytes are no image', ko: '이미지가 아닙니다' },
  });

type Seen = Scan['images'][number];

/** What a scan saw; looks and bytes of each image are its own. */
function seen(count: number, make: (image: Seen, number: number) => Seen = (image) => image): Scan {
  const images = Array.from({ length: count }, (_, number): Seen => {
    const split = number % 10 === 0 ? 'val' : 'train';
    const segments = [split, `class-${number % 50}`, `${number}.png`];
    const fingerprint = randomFillSync(new Uint8Array(72));
    const facts = {
      ...{ width: 48, height: 48, channels: 3, bits: 8 as const, lowest: 0, highest: 255, fingerprint },
      ...{ damage: null, type: 'png', sha256: number.toString(16).padStart(64, '0'), size: 2000 },
      modifiedMs: null,
    };
    return make({ sourcePath: segments.join('/'), segments, facts, problems: [] }, number);
  });
  const none = {
    folders: [],
    otherFolders: [],
    labelBase: null,
    errors: new Findings(),
    warnings: new Findings(),
  };
  return { ...none, images, isCutShort: false };
}

/** Processor milliseconds that judging an image takes; the least of some, for others use this machine as well. */
function costOf(count: number): number {
  const costs = [0, 1].map(() => {
    const scan = seen(count);
    const before = process.cpuUsage();
    evaluate(scan, 'imagenet');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / count;
  });
  return Math.min(...costs);
}

test('judging an image takes as long among twenty thousand as among two thousand', () => {
  costOf(2000);
  expect(costOf(20_000) / costOf(2000)).toBeLessThan(4);
});

test('a hundred thousand bad files are counted by their codes, and the report stays small', () => {
  const scan = seen(100_000, (image, number) =>
    number % 4 === 0
      ? { ...image, facts: image.facts && { ...image.facts, damage: endIsMissing } }
      : { ...image, facts: null, problems: [noImage(image.sourcePath)] },
  );
  const { validation } = evaluate(scan, 'imagenet');
  expect(validation.errorCounts[0]).toEqual({ code: 'IMAGE_UNREADABLE', count: 75_000 });
  expect(validation.warningCounts[0]).toEqual({ code: 'IMAGE_DAMAGED', count: 25_000 });
  const all = [...validation.errorCounts, ...validation.warningCounts];
  const told = validation.errors.length + validation.warnings.length;
  expect(told).toBeLessThanOrEqual(2000);
  expect(told + validation.moreErrors + validation.moreWarnings).toBe(
    all.reduce((sum, { count }) => sum + count, 0),
  );
  expect(JSON.stringify(validation).length).toBeLessThan(1_000_000);
});

test('the same image in a thousand classes names some of them, and the report stays small', () => {
  const scan = seen(20_000, (image, number) => {
    const segments = [`class-number-${number % 1000}`, `${number}.png`];
    const facts = image.facts && { ...image.facts, sha256: 'a'.repeat(64) };
    return { ...image, segments, sourcePath: segments.join('/'), facts };
  });
  const { validation } = evaluate(scan, 'imagenet');
  expect(validation.errorCounts).toContainEqual({ code: 'DUPLICATE_IMAGE', count: 19_999 });
  expect(JSON.stringify(validation).length).toBeLessThan(1_000_000);
});

test('while a manifest of a hundred thousand images is hashed, others get their turn a hundred times', async () => {
  const line = {
    file: 'x',
    class: 'c',
    sha256: 'a'.repeat(64),
    size: 1,
    width: 1,
    height: 1,
    channels: 1,
    split: null,
  };
  const lines = Array.from({ length: 100_000 }, (_, number) => ({ ...line, path: `c/${number}.png` }));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  expect(await manifestSha256(lines)).toMatch(/^[0-9a-f]{64}$/);
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(99);
});

test('the rate is that of the last seconds, and what is left follows from it', () => {
  const pace = new Pace();
  pace.add(0, 0);
  expect(pace.rate(10, 500)).toBeNull();
  for (let second = 1; second <= 30; second += 1) pace.add(second * 100, second * 1000);
  expect(pace.rate(3000, 30_000)).toBe(100);
  // From here on it is four times as fast.
  for (let second = 31; second <= 45; second += 1) pace.add(3000 + (second - 30) * 400, second * 1000);
  expect(pace.rate(9000, 45_000)).toBe(400);
  // Nothing is done for twenty seconds.
  pace.add(9000, 65_000);
  expect(pace.rate(9000, 65_000)).toBeLessThan(70);
  expect(secondsLeft(9000, 10_000, 400)).toBe(3);
  expect([secondsLeft(0, null, 400), secondsLeft(0, 10, null), secondsLeft(0, 10, 0)]).toEqual([
    null,
    null,
    null,
  ]);
});
