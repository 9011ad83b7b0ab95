import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHidden, isLeftover } from '../../../src/main/features/datasets/leftovers.ts';
import { checkPath, foldName } from '../../../src/main/features/datasets/names.ts';

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
        expect(isLeftover(segment) || isHidden(segment)).toBe(false);
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

test.each([
  ['../a.png', /begin with a class/, /link|convmv/],
  ['cat/\uFFFD.png', /convmv/, /255/],
  ['cat/a\u202eb.png', /255 bytes/, /convmv/],
])('the hint for the path %j is about what is wrong with it', (path, fitting, other) => {
  const checked = checkPath(path, 16);
  const hint = checked.kind === 'problem' ? checked.problem.hint : '';
  expect(hint).toMatch(fitting);
  expect(hint).not.toMatch(other);
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
