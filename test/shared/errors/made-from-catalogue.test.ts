import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

test('every error is made from the catalogue, which has it in both languages', async () => {
  const root = path.resolve(import.meta.dirname, '../../../src');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const made = await Promise.all(
    files.map(async (file) => ((await readFile(file, 'utf8')).includes('new TrainyardError(') ? [file] : [])),
  );
  expect(made.flat().map((file) => path.relative(root, file))).toEqual([
    path.join('shared', 'errors', 'catalogue.ts'),
    path.join('shared', 'errors', 'error.ts'),
  ]);
});
