import { writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunInputs } from '../../../src/main/features/runs/ports.ts';
import { FileRunDirectories } from '../../../src/main/features/runs/process/run-directories.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const inputs = (lines: RunInputs['lines']): RunInputs => ({ lines, openAnnotations: null, container: null });

test('an engine that prepares a run directory while another one does leaves it, and what was begun there, as it is', async () => {
  await using place = await temporaryFolder();
  const directories = new FileRunDirectories(place.folder);
  const runDirectory = directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
  let isWriting = () => {};
  const writing = new Promise<void>((resolve) => (isWriting = resolve));
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  async function* slowLines(): AsyncGenerator<string> {
    yield 'first';
    isWriting();
    await gate;
    yield 'second';
  }
  const first = directories.prepare(runDirectory, { by: 'first' }, inputs(slowLines())).then(() => {
    // As its supervisor does, at once.
    writeFileSync(path.join(runDirectory, 'stdout.log'), 'training');
  });
  await writing;
  const second = new FileRunDirectories(place.folder).prepare(
    runDirectory,
    { by: 'second' },
    inputs(['other']),
  );
  goOn();
  await Promise.all([first, second]);
  expect(await readFile(path.join(runDirectory, 'stdout.log'), 'utf8')).toBe('training');
  expect(await readFile(path.join(runDirectory, 'dataset.jsonl'), 'utf8')).toBe('first\nsecond\n');
  expect(JSON.parse(await readFile(path.join(runDirectory, 'config.json'), 'utf8'))).toEqual({ by: 'first' });
  expect(await readdir(path.dirname(runDirectory))).toEqual(['1']);
});

test('a run directory that cannot be made is named', async () => {
  await using place = await temporaryFolder();
  const directories = new FileRunDirectories(place.folder);
  const runDirectory = directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
  await writeFile(path.dirname(runDirectory), 'a file where the run’s folder is to be');
  await expect(directories.prepare(runDirectory, {}, inputs([]))).rejects.toMatchObject({
    code: 'RUN_DIRECTORY_UNWRITABLE',
    place: { file: runDirectory },
  });
});
