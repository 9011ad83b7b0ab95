import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFault, NumberList } from '../../../../src/main/features/datasets/formats/coco/json-bytes.ts';
import { JsonCursor, keyNames } from '../../../../src/main/features/datasets/formats/coco/json-cursor.ts';
import { WholeBounds } from '../../../../src/main/features/datasets/formats/coco/whole-bounds.ts';
import { readUnits } from '../../../../src/main/features/datasets/formats/coco/window.ts';
import { anyJson, anyString } from '../../../stores/documents/any-json.ts';

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let [at, piece] = [0, 0]; at < bytes.length; piece += 1) {
    const size = sizes[piece % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Takes one value by the cursor, whose bytes come in pieces. */
async function take<T>(
  text: string | Uint8Array,
  sizes: readonly number[],
  unit: (cursor: JsonCursor) => T,
): Promise<T> {
  const cursor = new JsonCursor(Buffer.alloc(1));
  let value: T | undefined;
  await readUnits(inPieces(Buffer.from(text as string), sizes), cursor, () => {
    value = unit(cursor);
    return false;
  });
  return value as T;
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

/** A value by the cursor's own means, as JSON.parse makes it. */
function takeValue(cursor: JsonCursor): unknown {
  const byte = String.fromCharCode(cursor.peek());
  if (byte === '"') return cursor.string();
  if (byte === '-' || (byte >= '0' && byte <= '9')) return cursor.number();
  for (const [word, value] of [
    ['true', true],
    ['false', false],
    ['null', null],
  ] as const)
    if (byte === word[0]) {
      cursor.word(word);
      return value;
    }
  const start = cursor.at;
  cursor.skipValue();
  return JSON.parse(cursor.bytes.toString('utf8', start, cursor.at));
}

/** The left and the bottom edge around points. */
const edges = (values: readonly number[]) => [
  Math.floor(Math.min(...values.filter((_, at) => at % 2 === 0))),
  Math.ceil(Math.max(...values.filter((_, at) => at % 2 === 1))),
];

describe('a cursor on JSON that comes in any pieces', () => {
  test('finds what JSON.parse finds', async () => {
    const indents = fc.constantFrom(undefined, 1, '\t', '\r\n ');
    await fc.assert(
      fc.asyncProperty(anyJson, pieces, indents, async (json, sizes, indent) => {
        const text = JSON.stringify(json, null, indent) ?? 'null';
        expect(await take(`${text} `, sizes, takeValue)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('finds the value of each wanted key, in any order and between any others', async () => {
    const names = ['id', 'image_id', 'bbox', 'é'];
    const object = fc.dictionary(fc.oneof(anyString, fc.constantFrom(...names)), anyJson);
    await fc.assert(
      fc.asyncProperty(object, pieces, async (json, sizes) => {
        const text = JSON.stringify(json);
        const found = await take(text, sizes, (cursor) => {
          const values: Record<string, unknown> = {};
          cursor.fields(keyNames(...names), (key) => {
            const value = takeValue(cursor);
            if (key >= 0) values[names[key] as string] = value;
          });
          return values;
        });
        const wanted = names.filter((name) => Object.hasOwn(json, name));
        const parsed = JSON.parse(text) as Record<string, unknown>;
        expect(found).toEqual(Object.fromEntries(wanted.map((name) => [name, parsed[name]])));
      }),
    );
  });

  test('takes no polygon that JSON.parse would not, whichever byte of a number is another', async () => {
    const spelled = '[123.45,678.90,1,2]';
    for (let place = 1; place < 15; place += 1)
      for (let byte = 0; byte < 256; byte += 1) {
        const text = Buffer.from(`${spelled} `, 'latin1');
        text[place] = byte;
        const found = new WholeBounds();
        const length = await take(text, [100], (cursor) => found.take(cursor));
        if (length < 0) continue;
        const values = JSON.parse(text.toString('latin1')) as number[];
        expect(length).toBe(values.length);
        if (length % 2 === 0) expect([found.left, found.bottom]).toEqual(edges(values));
      }
  });

  test('finds whole bounds around the points of a polygon, of those in a plain spelling without reading them to the last bit', async () => {
    const number = fc.oneof(
      fc.integer({ min: -99_999, max: 99_999 }).map((value) => value / 100),
      fc.integer({ min: -99_999, max: 99_999 }),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e8, max: 1e8 }),
    );
    const spelling = fc.constantFrom(',', ', ', ' ,', '\n, ');
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 2 }), spelling, pieces, async (values, comma, sizes) => {
        const found = new WholeBounds();
        const length = await take(`[${values.join(comma)}] `, sizes, (cursor) => {
          found.clear();
          cursor.peek();
          const plain = found.take(cursor);
          if (plain >= 0) return plain;
          found.clear();
          const list = new NumberList();
          expect(cursor.numberList(list)).toBe(true);
          expect(found.add(list)).toBe(true);
          return list.length;
        });
        expect(length).toBe(values.length);
        const xs = values.filter((_, at) => at % 2 === 0);
        const ys = values.filter((_, at) => at % 2 === 1);
        if (values.length % 2 === 1) return;
        // Without the sign of zeros.
        expect([found.left, found.top, found.right, found.bottom].map((edge) => edge + 0)).toEqual([
          Math.floor(Math.min(...xs)) + 0,
          Math.floor(Math.min(...ys)) + 0,
          Math.ceil(Math.max(...xs)) + 0,
          Math.ceil(Math.max(...ys)) + 0,
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test('reads numbers to the last bit, alone and in lists', async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => Math.round(value * 100) / 100),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number), pieces, async (numbers, sizes) => {
        const text = JSON.stringify(numbers);
        const list = await take(`${text} `, sizes, (cursor) => {
          const found = new NumberList();
          expect(cursor.numberList(found)).toBe(true);
          return [...found.values.subarray(0, found.length)];
        });
        expect(list.map(String)).toEqual((JSON.parse(text) as number[]).map(String));
      }),
    );
  });

  test('counts lines', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, pieces, async (json, sizes) => {
        const text = `\n${JSON.stringify([json], null, 1)}\n`;
        const line = await take(`${text}1`, sizes, (cursor) => {
          cursor.skipValue();
          cursor.peek();
          return cursor.line;
        });
        expect(line).toBe(text.split('\n').length);
      }),
    );
  });

  test('refuses what JSON.parse refuses, and nothing else ends it', async () => {
    const damage = fc.tuple(
      anyJson,
      fc.nat(),
      fc.constantFrom('', ',', ']', '}', '"', '\\', ':', '-', '.', '\u0000', 'x'),
    );
    await fc.assert(
      fc.asyncProperty(damage, pieces, async ([json, place, inserted], sizes) => {
        const whole = JSON.stringify({ a: json, b: [1, json] });
        const at = place % whole.length;
        const text = whole.slice(0, at) + inserted + whole.slice(at + 1);
        let isGood = true;
        try {
          JSON.parse(text);
        } catch {
          isGood = false;
        }
        const taken = take(text, sizes, (cursor) => {
          cursor.skipValue();
          if (!cursor.isLast || cursor.at < cursor.end) cursor.stop();
        });
        const error = await taken.then(
          () => null,
          (caught: unknown) => caught,
        );
        if (error !== null) expect(error).toBeInstanceOf(JsonFault);
        // Escapes and the zeros before a number are looked at where a value is wanted.
        if (isGood) expect(error).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test('takes NaN and Infinity, as Python writes them, for numbers', async () => {
    const list = await take('[NaN, -Infinity, Infinity, 1]', [3], (cursor) => {
      const found = new NumberList();
      cursor.numberList(found);
      return [...found.values.subarray(0, found.length)];
    });
    expect(list).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1]);
  });
});
