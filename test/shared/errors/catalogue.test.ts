import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { catalogue, fault, inLanguage } from '../../../src/shared/errors/catalogue.ts';
import { type Entry, fill } from '../../../src/shared/errors/entry.ts';

const entries = Object.entries<Entry>(catalogue);
const namesIn = (sentence: string) => [...sentence.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? '');

test('every error of the catalogue has Korean sentences that name nothing but what the English ones name', () => {
  for (const [code, { en, ko }] of entries) {
    const known = new Set(en.flatMap(namesIn));
    const isWorded = (index: number) => !/^\{\w+\}$/.test(en[index] ?? '');
    for (const sentence of ko.filter((_, index) => isWorded(index)))
      expect(sentence, code).toMatch(/[가-힣]/);
    expect(
      ko.flatMap(namesIn).filter((name) => !known.has(name)),
      code,
    ).toEqual([]);
  }
});

test('every error of the catalogue is told in Korean with all that its parameters say', () => {
  for (const [code, { en, ko }] of entries) {
    const told = ko.flatMap(namesIn);
    expect(
      en.flatMap(namesIn).filter((name) => !told.includes(name)),
      code,
    ).toEqual([]);
  }
});

test('a code stands in one part of the catalogue only', async () => {
  const folder = path.resolve(import.meta.dirname, '../../../src/shared/errors');
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const codes = texts.flatMap((text) =>
    [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, code]) => code),
  );
  expect(codes.length).toBeGreaterThan(5);
  expect([...codes].sort()).toEqual([...new Set(codes)].sort());
});

test('an error carries its English sentences, its status and what they name', () => {
  const error = fault('RUN_NOT_FOUND', { run: 'run-1' }, { place: { field: 'run' } });
  expect(error.record).toEqual({
    code: 'RUN_NOT_FOUND',
    message: 'There is no run run-1',
    hint: 'Check the id in the list of runs.',
    parameters: { run: 'run-1' },
    place: { field: 'run' },
  });
  expect(error.status).toBe(404);
});

test('what no sentence of an error names does not go with it', () => {
  const parameters = { run: 'run-1', driver: 'password=secret', nothing: null };
  expect(JSON.stringify(fault('RUN_NOT_FOUND', parameters).record)).not.toContain('secret');
});

test('the account of an address is in no error, whatever names it', () => {
  const address = 'https://kim:geheim@mirror.example/x';
  const error = fault('WEIGHTS_HUB_FAILED', { address, status: '401' });
  expect(JSON.stringify([error.record, error.message])).not.toContain('geheim');
  expect(error.message).toBe('https://***@mirror.example/x answered 401');
  const both = fault('NOT_WEIGHTS', { file: 'a', why: { en: address, ko: address } });
  expect(JSON.stringify(both.record)).not.toContain('geheim');
});

test('an error that was kept without its parameters keeps the sentence that it was kept with', () => {
  const kept = { code: 'RUN_NOT_FOUND', message: 'There is no run run-1', hint: 'Look.' };
  expect(inLanguage(kept, 'ko')).toEqual({ message: 'There is no run run-1', hint: 'Look.' });
});

test('an error that the catalogue does not know is told as it came', () => {
  const strange = { code: 'toString', message: 'It is odd', hint: 'Ask.' };
  expect(inLanguage(strange, 'ko')).toEqual({ message: 'It is odd', hint: 'Ask.' });
});

test.each([
  ['학습', '학습을'],
  ['장미', '장미를'],
  ['run 1', 'run 1을'],
  ['run 2', 'run 2를'],
  ['"꽃"', '"꽃"을'],
  ['rose', 'rose을(를)'],
  ['', '을(를)'],
])('behind %s the particle of an object makes %s', (name, sentence) => {
  expect(fill('{name}{name|을|를}', { name }, 'ko')).toBe(sentence);
});

test.each([
  ['서울', '서울로'],
  ['부산', '부산으로'],
  ['대구', '대구로'],
  ['7', '7로'],
  ['Seoul', 'Seoul(으)로'],
])('behind %s the particle of a direction makes %s', (name, sentence) => {
  expect(fill('{name}{name|으로|로}', { name }, 'ko')).toBe(sentence);
});

test('an English noun is in the singular behind 1 alone', () => {
  const told = [0, 1, 2].map((count) => fill('{count} {count|file|files}', { count }, 'en'));
  expect(told).toEqual(['0 files', '1 file', '2 files']);
});

test('braces in a parameter are text', () => {
  expect(fill('There is no {name}', { name: '{name}' }, 'en')).toBe('There is no {name}');
});

/** What only who types commands can do. */
const commandLine =
  /(^|[\s("“`])--(?!shm-size|shutdown|system)[a-z][a-z-]+|trainyard (weights|templates|models|dataset|train|settings|runs|project|predict)\b/;
/** Of the command line itself, and of the stack, whose page shows commands to be copied. */
const ofCommands = /^(STACK_|ENGINE_|NOTHING_TO_CANCEL)/;

test('a hint on a page speaks of the page, and names no command or flag', () => {
  const pageHints = entries.flatMap(([code, { en, ko }]) =>
    [en, ko].map(([, hint], index) => {
      const parameters = Object.fromEntries(namesIn(hint).map((name) => [name, 'x']));
      return [code, fill(hint, parameters, index === 0 ? 'en' : 'ko', 'page') ?? ''] as const;
    }),
  );
  expect(pageHints.filter(([code, hint]) => !ofCommands.test(code) && commandLine.test(hint))).toEqual([]);
  expect(pageHints.filter(([, hint]) => /\[(cli|page):|\s[.,](?:\s|$)|\(\)|\s\s/.test(hint))).toEqual([]);
});

test('what is for the page alone is in no error that is sent, and the page makes its own of it', () => {
  const { record } = fault('TEMPLATE_NAME_TAKEN', { name: 'mine' });
  expect(record.hint).toBe('Choose another name, or replace that template (--replace).');
  expect(inLanguage(record, 'en', 'page').hint).toBe('Choose another name, or replace that template.');
  expect(inLanguage(record, 'ko', 'page').hint).toBe('다른 이름을 쓰거나 그 템플릿을 바꾸세요.');
  expect(inLanguage(record, 'ko').hint).toBe('다른 이름을 쓰거나 그 템플릿을 바꾸세요(--replace).');
});
