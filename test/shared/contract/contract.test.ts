import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contract } from '../../../src/shared/contract/contract.ts';
import { needsRoom } from '../../../src/shared/contract/effects.ts';

const procedures = Object.entries(contract).flatMap(([domain, members]) =>
  Object.entries(members).map(([name, procedure]) => ({ name: `${domain}.${name}`, procedure })),
);

test('a full disk refuses what takes room, and lets pass reads and what gives room back', () => {
  const refused = procedures.filter(({ procedure }) => needsRoom(procedure)).map(({ name }) => name);
  expect(refused.sort()).toEqual([
    'backups.create',
    'backups.drill',
    'backups.restore',
    'database.attach',
    'datasets.import',
    'datasets.link',
    'datasets.remove',
    'inbox.dismiss',
    'inbox.restore',
    'jobs.start',
    'projects.create',
    'projects.remove',
    'projects.update',
    'runs.create',
    'runs.predict',
    'runs.remove',
    'runs.resume',
    'runs.retry',
    'settings.set',
    'stack.migrate',
    'stack.restart',
    'stack.up',
    'stack.useProfile',
    'templates.remove',
    'templates.save',
    'weights.add',
    'weights.pull',
  ]);
});

/** The codes of the errors that the sources in a folder make. The doctor makes some as well, but answers with findings: none leaves it as an error. */
/** The doctor reports its errors as findings; exports are the command line's alone. */
const apart = /\/features\/(doctor|exports)/;

async function thrownIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !apart.test(entry.parentPath),
  );
  const texts = await Promise.all(
    files.map((file) => readFile(path.join(file.parentPath, file.name), 'utf8')),
  );
  return texts.flatMap((text) =>
    [...text.matchAll(/fault\(\s*'([A-Z][A-Z0-9_]+)'/g)].map(([, code]) => code ?? ''),
  );
}

test('every error that a feature, the stack or the server makes is declared by a procedure, and so described', async () => {
  const declared = new Set(procedures.flatMap(({ procedure }) => Object.keys(procedure['~orpc'].errorMap)));
  const main = path.resolve(import.meta.dirname, '../../../src/main');
  const folders = ['api', 'features', 'server', 'stack'].map((name) => thrownIn(path.join(main, name)));
  const thrown = [...new Set((await Promise.all(folders)).flat())];
  expect(thrown.length).toBeGreaterThan(20);
  expect(thrown.filter((code) => !declared.has(code))).toEqual([]);
});
