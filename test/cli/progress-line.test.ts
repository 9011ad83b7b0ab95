import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeProgress } from '../../src/main/cli/lib/progress-line.ts';
import { goodFiles, writeFiles } from '../features/datasets/support/pictures.ts';
import { runCli } from '../support/engine.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('progress tells the files of all, the rate and the time left, and nothing that is not known', () => {
  const at = { phase: 'validating', done: 12_000, total: 100_000, rate: 698.7, secondsLeft: 126 } as const;
  expect(describeProgress(at)).toBe('checking: 12,000 / 100,000 files, 699/s, about 2 min 6 s left');
  const unknown = { total: null, rate: null, secondsLeft: null };
  expect(describeProgress({ ...at, ...unknown })).toBe('checking: 12,000 files');
  expect(describeProgress({ ...at, ...unknown, phase: 'committing', done: 0 })).toBe('finishing');
  expect(describeProgress({ ...at, ...unknown, done: 1 })).toBe('checking: 1 file');
  expect(describeProgress({ ...at, ...unknown, done: 0, total: 1 })).toBe('checking: 0 / 1 file');
});

test('where a program reads the result, progress is not told', async () => {
  await using place = await temporaryFolder();
  const [folder, home] = [path.join(place.folder, 'pets'), path.join(place.folder, 'home')];
  await writeFiles(folder, await goodFiles());
  await mkdir(home);
  const { stdout, stderr } = await runCli(home, ['dataset', 'validate', folder, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, errorCounts: [] });
  expect(stderr).toBe('');
});
