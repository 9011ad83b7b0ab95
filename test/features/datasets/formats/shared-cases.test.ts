import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localExaminer } from '../../../../src/main/features/datasets/examiner/local-examiner.ts';
import { automatic } from '../../../../src/main/features/datasets/reading.ts';
import { appRoot } from '../../../../src/main/platform/paths.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const cases = path.join(appRoot(), '..', 'shared', 'cases');
const python = (...given: string[]) => spawnSync('python3', given, { encoding: 'utf8' });

function reasonToSkip(): string | null {
  if (!existsSync(path.join(cases, 'check.py'))) return `${cases} is not there`;
  return python('--version').status === 0 ? null : 'there is no python3';
}

const reason = reasonToSkip();
if (reason !== null) console.info(`skipped: the datasets of shared/cases, because ${reason}`);

// Answered in this process, as a thread of the engine does: a program for each of them would take a minute.
test.skipIf(reason !== null)('every dataset of shared/cases is answered as its author wants', async () => {
  await using place = await temporaryFolder();
  const { folder } = place;
  expect(python(path.join(cases, 'generate.py'), folder)).toMatchObject({ status: 0 });
  const expected = JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')) as {
    readonly name: string;
    readonly format: 'coco' | 'yolo' | 'voc';
  }[];
  const examine = localExaminer(path.join(folder, 'home'));
  for (const { name, format } of expected) {
    const request = {
      path: path.join(folder, name),
      uploadName: null,
      format: format === 'voc' ? ('pascal_voc' as const) : format,
      reading: automatic,
      scratch: null,
    };
    const { validation } = await examine(request, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await writeFile(path.join(folder, `${name}.answer.json`), JSON.stringify(validation));
  }
  const judged = python(path.join(cases, 'check.py'), folder, '-v', '--', 'cat', '{path}.answer.json');
  expect(judged.stdout).toMatch(new RegExp(`^${expected.length} of ${expected.length} right`));
});
