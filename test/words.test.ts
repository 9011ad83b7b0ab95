import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const sources = path.resolve(import.meta.dirname, '../src');

/** Words that no name may hold. Those of the glossary's last column that are also a field's own (early stopping has a patience) are not here. */
const retired = [
  'mend',
  'mended',
  'mends',
  'tell',
  'tells',
  'told',
  'say',
  'hear',
  'heard',
  'news',
  'notebook',
  'bury',
  'lot',
  'announcement',
];

/** The words of a name: `onProgress` has "on" and "progress". */
const wordsOf = (name: string) => name.split(/(?=[A-Z])|[_$\d]+/).map((word) => word.toLowerCase());

function namesIn(file: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return names;
}

/** Comments name what is reported, shown, returned or received. */
const retiredInComments = /^\s*(?:\/\/|\/?\*).*\b(?:told|tells|hears|heard)\b/i;

const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);

test('no name in the sources holds a word that the glossary retired', () => {
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((file) =>
    [...namesIn(path.join(sources, file))]
      .filter((name) => wordsOf(name).some((word) => retired.includes(word)))
      .map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

test('no comment in the sources holds one of the words that stood for five different things', () => {
  const found = files.flatMap((file) =>
    readFileSync(path.join(sources, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (retiredInComments.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

test('a word that the page and the command line both show is the same one in Korean', () => {
  const pairs = (folder: string, written: RegExp) =>
    files
      .filter((file) => file.startsWith(folder))
      .flatMap((file) => [...readFileSync(path.join(sources, file), 'utf8').matchAll(written)])
      .map(([, english = '', korean = '']) => ({
        english: english.replaceAll('_', ' ').toLowerCase(),
        korean,
      }));
  const onPage = new Map<string, Set<string>>();
  for (const { english, korean } of pairs('renderer/i18n/texts', /\[\s*'([^'\n]+)',\s*'([^'\n]+)',?\s*\]/g))
    onPage.set(english, (onPage.get(english) ?? new Set()).add(korean));
  const both = pairs('main/cli', /translate\(\s*'([^'\n]+)',\s*'([^'\n]+)',?\s*\)/g).filter(({ english }) =>
    onPage.has(english),
  );
  expect(both.length).toBeGreaterThan(20);
  expect(both.filter(({ english, korean }) => !onPage.get(english)?.has(korean))).toEqual([]);
});
