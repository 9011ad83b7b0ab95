import fc from 'fast-check';

/** Any UTF-16: halves of surrogate pairs, NUL and every other control character included. */
export const anyString = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

/** Any JSON value, as JSON brings it back: without -0, which JSON cannot say. */
export const anyJson: fc.Arbitrary<unknown> = fc
  .jsonValue({ stringUnit: 'binary' })
  .map((value) => JSON.parse(JSON.stringify(value)));
