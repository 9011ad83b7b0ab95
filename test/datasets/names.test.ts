import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, recogniseLayout } from '../../src/main/domain/datasets/layout.ts';
import { checkPath, foldName, isIgnored } from '../../src/main/domain/datasets/names.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const anyPath = fc.array(
  fc.oneof(anyText, fc.constantFrom('..', '.', '', 'a', 'C:', '고양이', '\\', 'x\\..\\y', '/', '\0')),
  { maxLength: 6 },
);

test('a path that is taken never leaves the folder, has no empty segment and holds nothing that turns or ends text', () => {
  fc.assert(
    fc.property(anyPath, (parts) => {
      const checked = checkPath(parts.join('/'), 16);
      if (checked.kind !== 'path') return;
      expect(checked.segments.length).toBeGreaterThan(0);
      for (const segment of checked.segments) {
        expect(segment).not.toMatch(/^\.{0,2}$|[/\\\p{Cc}\u202a-\u202e]/u);
        expect(Buffer.byteLength(segment.normalize('NFC'))).toBeLessThanOrEqual(255);
        expect(isIgnored(segment)).toBe(false);
      }
    }),
    { numRuns: 2000 },
  );
});

test('any path with a step up, from the root or from a drive is told to escape', () => {
  fc.assert(
    fc.property(anyPath, anyPath, (before, after) => {
      for (const path of [
        [...before, '..', ...after].join('/'),
        `/${after.join('/')}`,
        `z:${after.join('/')}`,
      ]) {
        expect(checkPath(path, 16)).toMatchObject({ kind: 'problem', problem: { code: 'PATH_ESCAPES' } });
      }
    }),
  );
});

test('what is told of a path can be printed', () => {
  fc.assert(
    fc.property(anyPath, (parts) => {
      const checked = checkPath(parts.join('/'), 3);
      if (checked.kind === 'problem')
        expect(checked.problem.path).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('the fold of a name is the same for every composition and case of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 10 }), (name) => {
      const fold = foldName(name);
      expect(foldName(name.normalize('NFD'))).toBe(fold);
      expect(foldName(name.normalize('NFC'))).toBe(fold);
      expect(foldName(fold)).toBe(fold);
      if (/^[\p{Script=Hangul}A-Za-z0-9]*$/u.test(name)) expect(foldName(name.toUpperCase())).toBe(fold);
    }),
  );
});

const layoutOf = (...paths: string[]) =>
  recogniseLayout(
    paths.filter((path) => !path.endsWith('/')).map((path) => path.split('/')),
    paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1).split('/')),
  );

test.each([
  [['cat/1.png', 'dog/1.png'], [], false],
  [['set/cat/1.png', 'set/dog/1.png'], ['set'], false],
  [['a/b/cat/1.png', 'a/b/dog/1.png'], ['a', 'b'], false],
  [['cat/1.png'], [], false],
  [['cat/1.png', 'dog/'], [], false],
  [['set/cat/1.png', 'other/'], [], false],
  [['train/cat/1.png', 'val/cat/2.png'], [], true],
  [['set/Train/cat/1.png', 'set/validation/cat/2.png', 'set/test/cat/3.png'], ['set'], true],
  // A means of transport, not a split: images lie right in it.
  [['train/1.png', 'bus/1.png'], [], false],
  [['train/1.png', 'test/1.png'], [], false],
  [['train/cat/1.png', 'extra/cat/1.png'], [], false],
  [['val/cat/1.png', 'test/cat/1.png'], [], false],
  [['1.png'], [], false],
] as const)('the layout of %j is base %j, splits %s', (paths, base, hasSplits) => {
  expect(layoutOf(...paths)).toEqual({ base, hasSplits });
});

test('an image’s place says split, class and path from the base on', () => {
  const layout = layoutOf('set/train/cat/1.png', 'set/val/cat/2.png');
  const place = placeOf(layout, ['set', 'val', 'cat', 'deep', '2.png'], false);
  expect(place).toEqual({ split: 'val', class: 'cat', path: 'val/cat/deep/2.png' });
  expect(placeOf(layout, ['set', 'val', '2.png'], false)).toBeNull();
  expect(placeOf(layout, ['set', 'val', 'cat'], true)).toMatchObject({ class: 'cat' });
  expect(placeOf(layout, ['elsewhere', 'cat', '2.png'], false)).toBeNull();
});
