import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { flatten } from '../../src/renderer/components/documents.ts';
import { createFormatter } from '../../src/renderer/format/formatter.ts';
import { preferredLanguage } from '../../src/renderer/i18n/i18n.ts';
import { en, ko } from '../../src/renderer/i18n/messages.ts';

const english = flatten(en);
const korean = flatten(ko);
const variables = (text: unknown) =>
  [...String(text).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test('both languages have the same texts; Korean has one form for any number of things', () => {
  const forms = Object.keys(english).filter((key) => !/_one$/.test(key));
  expect(Object.keys(korean).sort()).toEqual(forms.sort());
});

test('a text has the same variables in both languages; one of something may leave its number out', () => {
  for (const [key, text] of Object.entries(english)) {
    if (/_one$/.test(key)) continue;
    expect({ key, variables: variables(korean[key]) }).toEqual({ key, variables: variables(text) });
  }
});

test('a text that counts things has a form for one of them', () => {
  const counts = Object.entries(english).filter(([, text]) =>
    /\{\{\w+\}\} (?!is |has )[a-z]+s\b/.test(String(text)),
  );
  const alone = counts
    .map(([key]) => key)
    .filter((key) => !(key.replace(/(_other|_one)?$/, '_one') in english));
  // A rate, and what a field takes: never one.
  expect(alone.sort()).toEqual(['datasets.filesASecond', 'ranges.list', 'ranges.text', 'ranges.textTo']);
});

test('no text is left empty or untranslated', () => {
  const same = Object.entries(korean).filter(
    ([key, text]) => text === english[key] && /[a-z]{3}/i.test(String(text).replace(/\{\{\w+\}\}/g, '')),
  );
  // Names that are the same in Korean.
  expect(same.map(([key]) => key).sort()).toEqual([
    'doctor.groups.nvidia',
    'fields.cutmix',
    'fields.mixup',
    'formats.coco',
    'formats.pascal_voc',
    'formats.yolo',
    'metrics.map',
    'perClass.iou',
    'perClass.map50',
    'perClass.map50_95',
    'projects.namePlaceholder',
    'system.openapi',
  ]);
});

test('no page has a text of its own', () => {
  const root = path.resolve(import.meta.dirname, '../../src/renderer');
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.tsx'))
    .flatMap((entry) => {
      const text = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
      const inTags = text.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g);
      const inLabels = text.matchAll(/(?:aria-label|title|placeholder|label)="([A-Z][^"]+)"/g);
      return [...inTags, ...inLabels].map(([, words]) => `${entry.name}: ${words}`);
    });
  expect(found).toEqual([]);
});

test('the language is the chosen one, else the browser’s first that there is, else English', () => {
  expect(preferredLanguage('ko', ['en-GB'])).toBe('ko');
  expect(preferredLanguage(null, ['fr', 'ko-KR', 'en'])).toBe('ko');
  expect(preferredLanguage('xx', ['de'])).toBe('en');
});

test('numbers, sizes and times are written as the language writes them', () => {
  const [inEnglish, inKorean] = [createFormatter('en'), createFormatter('ko')];
  expect(inEnglish.duration(3_723_000)).toBe('1 h 2 min');
  expect(inKorean.duration(61_000)).toBe('1분 1초');
  expect(inEnglish.bytes(1536)).toBe('1.5 KiB');
  expect(inEnglish.metric(0.000012345)).toBe('1.23E-5');
  expect(inKorean.relative('2026-11-23T22:00:00.000Z', Date.parse('2026-11-23T22:03:10.000Z'))).toBe(
    '3분 전',
  );
  expect(inEnglish.percent(0.8725, 2)).toBe('87.25%');
  expect([inEnglish.percent(1), inKorean.percent(1)]).toEqual(['100%', '100%']);
});
