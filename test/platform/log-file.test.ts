import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LogFile } from '../../src/main/platform/log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const line = (number: number) => `${JSON.stringify({ number, filler: 'x'.repeat(80) })}\n`;
const numbersIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((written): number => JSON.parse(written).number);

test('a log that grows past its size while it is written goes on in a new file, and the three before it are kept', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'engine.log');
  const log = new LogFile(file, 1000);
  for (let number = 0; number < 100; number += 1) log.write(line(number));
  const names = ['engine.3.log', 'engine.2.log', 'engine.1.log', 'engine.log'];
  expect((await readdir(place.folder)).sort()).toEqual(names.toSorted());
  const texts = await Promise.all(names.map((name) => readFile(path.join(place.folder, name), 'utf8')));
  const kept = texts.flatMap(numbersIn);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index));
  for (const text of texts) expect(text.length).toBeLessThanOrEqual(1000);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a log that another process wrote before goes on where it ended, and counts what is there', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'engine.log');
  for (let number = 0; number < 9; number += 1) new LogFile(file, 1000).write(line(number));
  new LogFile(file, 1000).write(line(9));
  expect(numbersIn(await readFile(path.join(place.folder, 'engine.1.log'), 'utf8'))).toHaveLength(9);
  expect(numbersIn(await readFile(file, 'utf8'))).toEqual([9]);
});

test('a log whose place for older lines is taken loses no line and goes on in its file', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'engine.log');
  await mkdir(path.join(place.folder, 'engine.3.log', 'in-the-way'), { recursive: true });
  await mkdir(path.join(place.folder, 'engine.2.log', 'in-the-way'), { recursive: true });
  const log = new LogFile(file, 1000);
  for (let number = 0; number < 50; number += 1) log.write(line(number));
  expect(numbersIn(await readFile(file, 'utf8'))).toEqual(Array.from({ length: 50 }, (_, index) => index));
});
