import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { field, headLength, mark } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';

/** Why a row of a label file can't be used. */
export interface RowFault {
  readonly line: number;
  readonly why: Bilingual;
  readonly hint: Bilingual;
}

/** Rows of one count of numbers, and the lines of the first ones. */
interface Lines {
  count: number;
  readonly lines: number[];
}

export interface LabelRows {
  /** Rows that are boxes, with the line of the first. */
  readonly boxes: Lines;
  /** Rows of more numbers, by their count behind the class: polygons, keypoints behind a box, or, where it is odd, nothing. */
  readonly longer: ReadonlyMap<number, Lines>;
  /** Rows that can't be used: the first ones; `faultCount` has all. */
  readonly faults: readonly RowFault[];
  readonly faultCount: number;
  readonly lowestClass: number;
  readonly highestClass: number;
}

const mostFaults = 20;
const columns = {
  en: 'A row is "class x y width height", or "class x1 y1 x2 y2 x3 y3 …" for a polygon, parted by blanks, all between 0 and 1.',
  ko: '한 줄은 "클래스 x y 너비 높이", 폴리곤이면 "클래스 x1 y1 x2 y2 x3 y3 …"이며 공백으로 나누고 0과 1 사이의 값이어야 합니다.',
};

/**
 * Reads the rows of a YOLO label file: `class x y width height` or `class x1 y1 x2 y2 …`, parts of the image. What is no row is
 * reported; the others count.
 * @param image the number under which the spool gets them
 */
export function readLabelRows(text: string, image: number, spool: LabelSpool): LabelRows {
  const faults: RowFault[] = [];
  const boxes: Lines = { count: 0, lines: [] };
  const longer = new Map<number, Lines>();
  let [lowestClass, highestClass, faultCount] = [Number.POSITIVE_INFINITY, -1, 0];
  const head = new Float64Array(headLength);
  for (const { row, line } of rowsOf(text)) {
    const tokens = row.split(/\s+/);
    const fault = faultOf(row, tokens);
    if (fault) {
      faultCount += 1;
      if (faults.length < mostFaults) faults.push({ line, ...fault });
      continue;
    }
    const values = tokens.map(Number);
    const [label = 0] = values;
    lowestClass = Math.min(lowestClass, label);
    highestClass = Math.max(highestClass, label);
    head.fill(0);
    head[field.image] = image;
    head[field.class] = label;
    head[field.line] = line;
    head[field.id] = Number.NaN;
    if (values.length === 5) {
      note(boxes, line);
      addBox(values, head, spool);
    } else {
      const count = values.length - 1;
      const same = longer.get(count) ?? { count: 0, lines: [] };
      longer.set(count, same);
      note(same, line);
      addPolygon(values, head, spool);
    }
  }
  return { boxes, longer, faults, faultCount, lowestClass, highestClass };
}

/** The rows that are not blank, one after the other: a file may be one of millions. */
function* rowsOf(text: string): Generator<{ readonly row: string; readonly line: number }> {
  const end = /\r\n|\n|\r/g;
  for (let [line, start] = [1, 0]; start <= text.length; line += 1) {
    const found = end.exec(text);
    const row = text.slice(start, found?.index).trim();
    if (row !== '') yield { row, line };
    if (!found) return;
    start = end.lastIndex;
  }
}

function note(same: Lines, line: number): void {
  same.count += 1;
  if (same.lines.length < mostFaults) same.lines.push(line);
}

function addBox(values: readonly number[], head: Float64Array, spool: LabelSpool): void {
  const [, x = 0, y = 0, width = 0, height = 0] = values;
  head[field.x] = x - width / 2;
  head[field.y] = y - height / 2;
  head[field.width] = width;
  head[field.height] = height;
  spool.add(head);
}

/** Also takes rows that turn out to be a box and its keypoints once `data.yaml` is read. */
function addPolygon(values: readonly number[], head: Float64Array, spool: LabelSpool): void {
  const points = values.slice(1);
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at] as number, points[at + 1] as number];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  head[field.marks] = points.length % 2 === 0 ? mark.polygons : mark.polygons | mark.odd;
  head.set([left, top, right - left, bottom - top], field.x);
  spool.add(head, Buffer.from(JSON.stringify([points])));
}

/** What is wrong with rows of an odd count of numbers behind their class, which are neither polygons nor as `data.yaml` has keypoints. */
export function oddFault(line: number, count: number): RowFault {
  const why = phrase(
    'its polygon has {count} coordinates, an odd count: x and y come in pairs',
    '폴리곤의 좌표가 {count}개로 홀수입니다. x와 y는 짝을 이루어야 합니다',
    { count },
  );
  const hint = phrase(
    '{columns} If keypoints follow a box, data.yaml must say how many: "kpt_shape: [{points}, 3]".',
    '{columns} 상자 뒤에 키포인트가 오는 줄이라면 data.yaml에 개수를 적으세요: "kpt_shape: [{points}, 3]".',
    { columns, points: Math.floor((count - 4) / 3) },
  );
  return { line, why, hint };
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function faultOf(row: string, tokens: readonly string[]): Omit<RowFault, 'line'> | null {
  const separator = /[,;]/.exec(row)?.[0];
  if (separator !== undefined) return separatorFault(row, separator);
  const [label = ''] = tokens;
  const index = decimal.test(label) ? Number(label) : Number.NaN;
  if (!Number.isSafeInteger(index) || index < 0) {
    const why = phrase(
      'its class "{label}" is no number of a class',
      '클래스 "{label}"{label|이|가} 클래스 번호가 아닙니다',
      { label: shortened(label) },
    );
    const hint = {
      en: 'Write the number of the class in "names", counted from 0.',
      ko: '"names"에서의 클래스 번호(0부터)를 적으세요.',
    };
    return { why, hint };
  }
  const bad = tokens.find((token) => !decimal.test(token) || !Number.isFinite(Number(token)));
  if (bad !== undefined)
    return {
      why: phrase('"{bad}" is no number', '"{bad}"{bad|은|는} 수가 아닙니다', { bad: shortened(bad) }),
      hint: columns,
    };
  const count = tokens.length - 1;
  if (count === 5) {
    const why = {
      en: 'it has 6 columns, as predictions with a confidence have',
      ko: '열이 6개로, 신뢰도가 붙은 예측 결과의 줄입니다',
    };
    const hint = {
      en: 'Remove the last column, or give labels.',
      ko: '마지막 열을 지우거나 라벨 파일을 지정하세요.',
    };
    return { why, hint };
  }
  if (count >= 4) return null;
  return {
    why: phrase('it has only {count} {count|column|columns}', '열이 {count}개뿐입니다', {
      count: tokens.length,
    }),
    hint: columns,
  };
}

const shortened = (token: string) => (token.length > 40 ? `${token.slice(0, 40)}…` : token);

function separatorFault(row: string, separator: string): Omit<RowFault, 'line'> {
  // "0 0,5 0,5 0,2 0,2": blanks part the columns already.
  if (separator === ',' && /^\S+(?:\s+[+-]?\d+(?:,\d+)?){4,}$/.test(row))
    return {
      why: {
        en: 'its numbers have a decimal comma (0,5)',
        ko: '소수점이 쉼표입니다(0,5)',
      },
      hint: {
        en: 'Write a point (sed -i "s/,/./g" FILE).',
        ko: '점으로 바꾸세요(sed -i "s/,/./g" 파일).',
      },
    };
  return {
    why: phrase('its columns are separated by {name}', '열 사이가 공백이 아니라 {name}입니다', {
      name: separator === ',' ? { en: 'commas', ko: '쉼표' } : { en: 'semicolons', ko: '세미콜론' },
    }),
    hint: phrase(
      'Separate them by blanks (sed -i "s/{separator}/ /g" FILE).',
      '공백으로 나누세요(sed -i "s/{separator}/ /g" 파일).',
      { separator },
    ),
  };
}
