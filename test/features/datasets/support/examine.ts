import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { localExaminer } from '../../../../src/main/features/datasets/examiner/local-examiner.ts';
import { automatic } from '../../../../src/main/features/datasets/reading.ts';
import type { FormatChoice } from '../../../../src/shared/contract/datasets.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Examines a folder or archive as an import does, and answers the lines of `annotations.jsonl`, too. */
export async function examineLabels(source: string, format: FormatChoice) {
  await using place = await temporaryFolder();
  const scratch = path.join(place.folder, 'scratch');
  await mkdir(scratch);
  const watch = { signal: new AbortController().signal, onProgress: () => {} };
  const request = { path: source, uploadName: null, format, reading: automatic, scratch };
  const examination = await localExaminer('/nowhere/trainyard')(request, watch);
  const text = await readFile(path.join(scratch, 'annotations.jsonl'), 'utf8');
  return {
    ...examination,
    lines: text.split(/\r\n|\n|\r/).slice(0, -1),
    /** As `CODE path:line`. */
    errors: examination.validation.errors.map(
      ({ code, path: file, line }) => `${code} ${file}:${line ?? ''}`,
    ),
    taken: examination.accepted.map((image) => image.path),
  };
}
