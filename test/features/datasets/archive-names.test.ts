import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/main/features/datasets/reading.ts';
import { decodeName, UnsaidNames } from '../../../src/main/features/datasets/sources/archive-names.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tar, type ZipEntry, zip } from './support/archives.ts';
import { picture } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

async function check(name: string, bytes: Uint8Array, reading: Partial<Reading> = {}) {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, name);
  await writeFile(file, bytes);
  const { validation, isFatal } = await evaluatePath(file, {}, reading);
  return { ...validation, isFatal, names: validation.summary.classes.map((one) => one.name) };
}

/** Two images in each class, as a Windows writes them: without saying how the names are encoded. */
async function windowsZip(classes: readonly string[], encoding: string, odd?: Buffer): Promise<Buffer> {
  const entries: ZipEntry[] = [];
  for (const [index, name] of classes.entries()) {
    for (const number of [0, 1]) {
      const file = odd && index === 0 && number === 0 ? odd : Buffer.from(`${number}.png`);
      const whole = Buffer.concat([iconv.encode(`${name}/`, encoding), file]);
      entries.push({ name: whole, body: await picture(index * 2 + number), utf8: false, madeBy: 0 });
    }
  }
  return zip(entries);
}

describe('a zip that does not say how its names are encoded', () => {
  test.each([
    ['syllables whose bytes happen to be UTF-8, too', ['고양이', '책', '칼', '키']],
    ['syllables that only code page 949 has', ['김치찌개', '똠얌꿍']],
    ['nearly only such', ['됬다', '뷁', '샾']],
    ['Latin letters among them', ['A동', 'B급', '개']],
  ])('is read as Korean, all of it, with an example: %s', async (_, classes) => {
    const { ok, names, warnings } = await check('set.zip', await windowsZip(classes, 'cp949'));
    expect({ ok, names }).toEqual({ ok: true, names: classes.toSorted() });
    expect(warnings).toMatchObject([{ code: 'NAMES_GUESSED', message: /code page 949.* are "/ }]);
    expect(classes).toContain(warnings[0]?.path);
  });

  test('keeps its classes whole where one file has an odd name', async () => {
    const { ok, names, warnings } = await check(
      'set.zip',
      await windowsZip(['고양이', '개'], 'cp949', Buffer.from('caf\xe9.png', 'latin1')),
    );
    expect({ ok, names }).toEqual({ ok: true, names: ['개', '고양이'] });
    expect(told(warnings)).toEqual(['NAMES_GUESSED 고양이', 'NAMES_UNDECODABLE 고양이/caf%E9.png']);
  });

  test.each<[string, string[], string]>([
    ['nothing tells Korean from accents', ['책', '창', '카트'], 'cp949'],
    ['the names are Japanese', ['猫', '犬', 'ねこ'], 'shift_jis'],
    ['the names are Western, from Windows', ['café', 'müsli'], 'windows-1252'],
    ['the names are Chinese', ['猫咪', '狗狗', '贵宾犬'], 'gbk'],
  ])('asks where %s, and reads it as it is told', async (_, classes, encoding) => {
    const bytes = await windowsZip(classes, encoding);
    const asked = await check('set.zip', bytes);
    expect(asked).toMatchObject({ ok: false, isFatal: true, names: [] });
    expect(asked.errors).toMatchObject([
      { code: 'NAMES_ENCODING_UNKNOWN', message: /in cp949|in shift_jis|in cp437/, hint: /--names-encoding/ },
    ]);
    const read = await check('set.zip', bytes, { namesEncoding: encoding as Reading['namesEncoding'] });
    expect(read).toMatchObject({ ok: true, names: classes.toSorted(), warnings: [] });
  });

  test('is UTF-8 without a word where it can be nothing else', async () => {
    for (const classes of [
      ['고양이', '개'],
      ['кот', 'пёс'],
      ['café', 'müsli'],
      ['γάτα', 'σκύλος'],
    ]) {
      const { names, warnings } = await check('set.zip', await windowsZip(classes, 'utf-8'));
      expect(names).toEqual(classes.toSorted());
      expect(warnings).toEqual([]);
    }
  });

  test('is DOS’s code page 437 as a guess where Western names make sense in it', async () => {
    const { names, warnings } = await check('set.zip', await windowsZip(['café', 'Müll'], 'cp437'));
    expect(names).toEqual(['Müll', 'café']);
    expect(warnings).toMatchObject([{ code: 'NAMES_GUESSED', message: /437/ }]);
  });

  test('asks where it holds names in two encodings', async () => {
    const { errors } = await check(
      'set.zip',
      zip([
        { name: Buffer.from('고양이/0.png'), body: await picture(0), utf8: false, madeBy: 0 },
        { name: iconv.encode('개/0.png', 'cp949'), body: await picture(1), utf8: false, madeBy: 0 },
      ]),
    );
    expect(errors.map(({ code }) => code)).toEqual(['NAMES_ENCODING_UNKNOWN']);
  });
});

test('a name that says its encoding is read as it says, beside guessed ones', async () => {
  const { names } = await check(
    'set.zip',
    zip([
      { name: '고양이/0.png', body: await picture(0) },
      { name: iconv.encode('고양이/1.png', 'cp949'), body: await picture(1), utf8: false, madeBy: 0 },
      { name: `${'고양이'.normalize('NFD')}/2.png`, body: await picture(2) },
    ]),
  );
  expect(names).toEqual(['고양이']);
});

test('a tar’s names are decided together, too: raw bytes, long GNU names and pax headers', async () => {
  const entry = async (name: string, number: number) => ({ name, body: await picture(number) });
  const raw = async (names: readonly string[], encoding: string) => {
    const whole = await tar(await Promise.all(names.map((_, index) => entry(`X${index}X/0.png`, index))));
    for (const [index, name] of names.entries()) {
      const at = whole.indexOf(`X${index}X/0.png`);
      const header = whole.subarray(at, at + 512);
      header.fill(0, 0, 100);
      iconv.encode(`${name}/0.png`, encoding).copy(header);
      header.write('        ', 148, 'latin1');
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    }
    return whole;
  };
  const korean = await check('set.tar', await raw(['책', '고양이'], 'cp949'));
  expect(korean.names).toEqual(['고양이', '책']);
  expect(korean.warnings.map(({ code }) => code)).toContain('NAMES_GUESSED');
  expect((await check('set.tar', await raw(['책', '창'], 'cp949'))).errors).toMatchObject([
    { code: 'NAMES_ENCODING_UNKNOWN' },
  ]);
  const utf8 = await check('set.tar', await raw(['책', '고양이'], 'utf-8'));
  expect(utf8.names).toEqual(['고양이', '책']);
  const pax = await check('set.tar', await tar([await entry('고양이/0.png', 1), await entry('책/0.png', 2)]));
  expect(pax.names).toEqual(['고양이', '책']);
});

test('Korean names of any syllables are read whole or asked for, never as anything else', () => {
  const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCharCode(code));
  const name = fc.array(syllable, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (classes) => {
      const names = new UnsaidNames();
      for (const one of classes) names.add(iconv.encode(`${one}/0.png`, 'cp949'), false);
      const { encoding } = names.decide();
      expect([null, 'cp949']).toContain(encoding);
      for (const one of classes)
        expect(decodeName(iconv.encode(one, 'cp949'), 'cp949')).toEqual({ name: one, isWhole: true });
    }),
    { numRuns: 500 },
  );
});

test('a rare syllable alone whose bytes are UTF-8, too, is asked for', () => {
  const names = new UnsaidNames();
  names.add(Buffer.from([0xc2, 0x81, 0x2f, 0x30]), false);
  expect(names.decide().encoding).toBeNull();
});

test('any bytes become a name without a replacement character', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom('utf-8', 'cp949', 'shift_jis', 'gbk', 'big5', 'cp437', 'windows-1252'),
      (bytes, encoding) => {
        expect(decodeName(Buffer.from(bytes), encoding).name).not.toContain('\uFFFD');
      },
    ),
  );
});
