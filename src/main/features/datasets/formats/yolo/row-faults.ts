import { phrase } from '../../../../../shared/errors/entry.ts';
import { makeProblem } from '../../problems.ts';
import { field, type ImageLabels } from '../label-records.ts';
import type { Tally } from '../tally.ts';
import { type LabelText, rowsOf } from './label-files.ts';
import { oddFault } from './label-rows.ts';

/**
 * Reports the rows of label files that can't be used, keypoints that are left out, and boxes among polygons.
 * @param keypoints columns behind the box in a pose dataset; 0 for others
 */
export function reportRows(tally: Tally, files: readonly LabelText[], keypoints: number): void {
  const pose = keypoints === 0 ? null : 4 + keypoints;
  let [polygons, boxes, poses] = [0, 0, 0];
  let box: { readonly path: string; readonly line: number; readonly isMixed: boolean } | null = null;
  for (const { path, faults, faultCount, boxes: own, longer } of files) {
    let [more, ownPolygons] = [faultCount - faults.length, 0];
    const odd = [];
    for (const [count, rows] of longer) {
      if (count === pose) poses += rows.count;
      else if (count % 2 === 0) ownPolygons += rows.count;
      else {
        odd.push(...rows.lines.map((line) => oddFault(line, count)));
        more += rows.count - rows.lines.length;
      }
    }
    for (const { line, why, hint } of [...faults, ...odd].sort((one, other) => one.line - other.line))
      tally.error('ROW_INVALID', '', () => makeProblem('ROW_INVALID', path, { why, hint }, line));
    tally.moreErrors('ROW_INVALID', more);
    polygons += ownPolygons;
    boxes += own.count;
    // A file that has both shows best what is meant.
    const isMixed = ownPolygons > 0;
    const isFirst = !box || (isMixed === box.isMixed ? path < box.path : isMixed);
    const [line] = own.lines;
    if (line !== undefined && isFirst) box = { path, line, isMixed };
  }
  if (poses > 0)
    tally.warning('KEYPOINTS_LEFT_OUT', '', () =>
      makeProblem('KEYPOINTS_LEFT_OUT', files[0]?.path ?? '', { count: poses }),
    );
  if (polygons === 0 || !box) return;
  const { path, line } = box;
  const what = phrase('the row on line {line}', '{line}번째 줄', { line });
  tally.warning('MASK_MISSING', '', () => makeProblem('MASK_MISSING', path, { count: boxes, what }, line));
}

/** Reports rows whose class has no name, and guesses why. */
export function unknownClassReport(tally: Tally, classes: number, files: readonly LabelText[]) {
  const rows = files.filter((labels) => rowsOf(labels) > 0);
  const lowest = rows.reduce((least, each) => Math.min(least, each.lowestClass), Number.POSITIVE_INFINITY);
  const highest = rows.reduce((most, each) => Math.max(most, each.highestClass), -1);
  const fromOne = lowest === 1 && highest === classes;
  const guess = fromOne
    ? {
        en: '; no row has 0, so the numbers seem to begin at 1',
        ko: '. 0이 한 번도 없으니 번호가 1부터 시작하는 것 같습니다',
      }
    : '';
  const hint = fromOne
    ? { en: 'Subtract 1 from the class of every row.', ko: '모든 줄의 클래스에서 1을 빼세요.' }
    : {
        en: 'Correct the number, or add the class to "names".',
        ko: '번호를 고치거나 "names"에 클래스를 추가하세요.',
      };
  const known = phrase(
    '"names" has {count} {count|class|classes}, 0 to {last}',
    '"names"에는 0부터 {last}까지 클래스가 {count}개 있습니다',
    { count: classes, last: classes - 1 },
  );
  return (file: string, labels: ImageLabels, record: number) => {
    const line = labels.number(record, field.line);
    const label = labels.number(record, field.class);
    const what = { en: 'The row', ko: '이 줄' };
    tally.error('CLASS_UNKNOWN', '', () =>
      makeProblem('CLASS_UNKNOWN', file, { what, class: label, known, guess, hint }, line),
    );
  };
}
