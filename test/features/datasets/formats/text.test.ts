import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { utf8Of } from '../../../../src/main/features/datasets/formats/coco/utf8-chunks.ts';
import { decodeText } from '../../../../src/main/features/datasets/formats/text.ts';

const hangul = fc.string({ unit: fc.constantFrom(...'가나다볼트너트안전모 abc:{}[]"\n') });
/** Texts as label files hold them: ASCII for the most part. */
const written = fc
  .array(fc.oneof(fc.string({ unit: fc.constantFrom(...'names: [0, 1]\n') }), hangul))
  .map((parts) => `names: ${parts.join(' ')}`);

describe('the text of a file', () => {
  test.each([
    ['UTF-8', (text: string) => Buffer.from(text), false],
    ['UTF-8 with its mark', (text: string) => Buffer.from(`\uFEFF${text}`), false],
    ['UTF-16 with its mark', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'), false],
    [
      'big-endian UTF-16 with its mark',
      (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      false,
    ],
  ] as const)('is what was written in %s', (_, encode, isGuess) => {
    fc.assert(
      fc.property(written, (text) => {
        expect(decodeText(encode(text))).toMatchObject({ text, isGuess });
      }),
    );
  });

  test('is what was written in code page 949, which is called a guess, where that is no UTF-8', () => {
    fc.assert(
      fc.property(written, (text) => {
        const bytes = iconv.encode(text, 'cp949');
        // The bytes of a few syllables are those of "é" and its like, too: UTF-8 is likelier.
        fc.pre(!isUtf8(bytes));
        expect(decodeText(bytes)).toMatchObject({ text, isGuess: true });
      }),
    );
  });

  test('is read in the encoding that it declares', () => {
    expect(decodeText(iconv.encode('café', 'latin1'), 'iso-8859-1')?.text).toBe('café');
    expect(decodeText(iconv.encode('안전모', 'euc-kr'), 'EUC-KR')).toMatchObject({
      text: '안전모',
      isGuess: false,
    });
  });

  test('is none where the bytes are of no encoding, and no bytes end it', () => {
    expect(decodeText(Buffer.from([0xe9, 0x20, 0xff, 0x80]))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const decoded = decodeText(bytes);
        expect(decoded === null || typeof decoded.text === 'string').toBe(true);
      }),
    );
  });
});

test('UTF-16 that comes in any pieces becomes the UTF-8 of the same text', async () => {
  const text = fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed());
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (body, size) => {
      const bytes = Buffer.from(`\uFEFF{${body}`, 'utf16le');
      async function* pieces() {
        yield bytes.subarray(0, 4);
        for (let at = 4; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      const found: Uint8Array[] = [];
      for await (const piece of utf8Of(pieces(), () => undefined)) found.push(piece);
      expect(Buffer.concat(found).toString()).toBe(`{${body}`);
    }),
  );
});
