import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/shared/errors/catalogue.ts';

/** Faults of a program that calls these, which no person can make or hint. */
const internal = /^(CACHE|DOCUMENT|QUEUE|MESSAGE)_|^(INVALID_OBJECT_KEY|RANGE_NOT_SATISFIABLE)$/;

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return Promise.all(files.map((file) => readFile(path.join(file.parentPath, file.name), 'utf8')));
}

test('every error that reaches a person is known in Korean', async () => {
  const main = path.resolve(import.meta.dirname, '../../src/main');
  const folders = ['api', 'engine', 'features', 'platform', 'postgres', 'server', 'stack', 'stores'].map(
    (name) => sources(path.join(main, name)),
  );
  const text = (await Promise.all(folders)).flat().join('\n');
  const codes = [...text.matchAll(/new TrainyardError\(\s*'([A-Z][A-Z0-9_]+)'/g)].map(
    (found) => found[1] ?? '',
  );
  expect(codes.length + Object.keys(catalogue).length).toBeGreaterThan(40);
  const unknown = [...new Set(codes)].filter(
    (code) => !internal.test(code) && !Object.hasOwn(catalogue, code),
  );
  expect(unknown).toEqual([]);
});
