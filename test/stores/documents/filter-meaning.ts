import fc from 'fast-check';
import type { DocumentFilter } from '../../../src/main/stores/documents/ports.ts';

/** What a filter means, said a second time and as plainly as possible: a store's answers are compared with this. */

type Scalar = string | number | boolean | null;
const missing = Symbol('missing');

/** Every value that a path has in a document: an array has itself and its elements; a path goes through an array's documents. */
function valuesAt(value: unknown, segments: readonly string[]): unknown[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return Array.isArray(value) ? [value, ...value] : [value];
  if (Array.isArray(value)) return value.filter(isObject).flatMap((element) => valuesAt(element, segments));
  if (!isObject(value) || !Object.hasOwn(value, segment) || value[segment] === undefined) return [missing];
  return valuesAt(value[segment], rest);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** By code points, as both PostgreSQL and MongoDB do; JavaScript's `<` compares UTF-16 units. */
export function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function isBelow(value: unknown, limit: string | number): boolean | null {
  if (typeof value === 'number' && typeof limit === 'number') return value < limit;
  if (typeof value === 'string' && typeof limit === 'string') return compareText(value, limit) < 0;
  return null;
}

export function meets(document: unknown, filter: DocumentFilter): boolean {
  const equal = Object.entries(filter.equals ?? {}).every(([path, wanted]) =>
    valuesAt(document, path.split('.')).some(
      (value) => value === wanted || (value === missing && wanted === null),
    ),
  );
  const within = Object.entries(filter.range ?? {}).every(([path, { from, to }]) => {
    const values = valuesAt(document, path.split('.'));
    return (
      (from === undefined || values.some((value) => isBelow(value, from) === false)) &&
      (to === undefined || values.some((value) => isBelow(value, to) === true))
    );
  });
  return equal && within;
}

/** Few values, so that filters meet documents; the strings are apart in code points and in UTF-16 units. */
const ordered = fc.constantFrom<string | number>(
  '',
  'a',
  'b',
  "'; --",
  '"',
  '\u{ffff}',
  '\u{1f600}',
  -1,
  0,
  0.1,
  2,
  1e300,
);
const others = fc.constantFrom<Scalar>(null, true, false, 'null', '0');
/** Strings that have no certain place in the order. */
const odd = fc.constantFrom('\0', '\ud800', '\u001a0000', '\u001a');

const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
  .map((segments) => ['extra', ...segments].join('.'));

/** Values of any shape over the names a, b and c. */
function shapes(scalar: fc.Arbitrary<Scalar>): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { arbitrary: scalar, weight: 3 },
      { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 2 },
      {
        arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        weight: 3,
      },
    ),
  }));
  return value;
}

const equality = (scalar: fc.Arbitrary<Scalar>) =>
  fc.record({ equals: fc.dictionary(path, scalar, { minKeys: 1, maxKeys: 2 }) });
const range = fc.record({
  range: fc.dictionary(path, fc.record({ from: ordered, to: ordered }, { requiredKeys: [] }), {
    minKeys: 1,
    maxKeys: 2,
  }),
});

/** Values of the field `extra`, and filters on what is in it. */
export const searches: fc.Arbitrary<{ values: unknown[]; filters: DocumentFilter[] }> = fc.oneof(
  search(fc.oneof(ordered, others), fc.oneof(equality(fc.oneof(ordered, others)), range)),
  search(fc.oneof(ordered, others, odd), equality(fc.oneof(ordered, others, odd))),
);

function search(
  scalar: fc.Arbitrary<Scalar>,
  filter: fc.Arbitrary<DocumentFilter>,
): fc.Arbitrary<{ values: unknown[]; filters: DocumentFilter[] }> {
  return fc.record({
    values: fc.array(shapes(scalar), { minLength: 1, maxLength: 8 }),
    filters: fc.array(filter, { minLength: 1, maxLength: 8 }),
  });
}
