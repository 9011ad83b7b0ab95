import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { field, headLength, type LabelSpool, mark } from '../label-spool.ts';

/** Why a row of a label file can't be used. */
export interface RowFault {
  readonly line: number;
  readonly why: Bilingual;
  readonly hint: Bilingual;
}

export interface LabelRows {
  /** Rows that are labels. */
  readonly rows: number;
  /** The first ones; `faultCount` has all. */
  readonly faults: readonly RowFault[];
  readonly faultCount: number;
  /** Rows that are boxes and rows that are polygons, with the line of the first box. */
  readonly polygons: number;
  readonly firstBox: number | null;
  readonly lowestClass: number;
  readonly highestClass: number;
  readonly keypointRows: number;
}

const mostFaults = 20;
const columns = {
  en: 'A row is "class x y width height", or "class x1 y1 x2 y2 x3 y3 …" for a polygon, parted by blanks, all between 0 and 1.',
  ko: '한 줄은 "클래스 x y 너비 높이", 폴리곤이면 "클래스 x1 y1 x2 y2 x3 y3 …"이며 공백으로 나누고 0과 1 사이의 값이어야 합니다.',
};

/**
 * Reads the rows of a YOLO label file: `class x y width height` or `class x1 y1 x2 y2 …`, parts of the image. What is no row is
 * reported; the others count.
 * @param keypointColumns of a pose dataset, how many columns follow the box; 0 for others
 */
export function readLabelRows(
  text: string,
  image: number,
  spool: LabelSpool,
  keypointColumns = 0,
): LabelRows {
  const faults: RowFault[] = [];
  const found = { rows: 0, faultCount: 0, polygons: 0, firstBox: null as number | null, keypointRows: 0 };
  let [lowestClass, highestClass] = [Number.POSITIVE_INFINITY, -1];
  const head = new Float64Array(headLength);
  for (const [index, row] of text.split(/\r\n|\n|\r/).entries()) {
    const trimmed = row.trim();
    if (trimmed === '') continue;
    const tokens = trimmed.split(/\s+/);
    const line = index + 1;
    const why = faultOf(trimmed, tokens, keypointColumns);
    if (why) {
      found.faultCount += 1;
      if (faults.length < mostFaults) faults.push({ line, ...why });
      continue;
    }
    const values = tokens.map(Number);
    const [label = 0] = values;
    const isPose = keypointColumns > 0 && values.length === 5 + keypointColumns;
    if (isPose) found.keypointRows += 1;
    lowestClass = Math.min(lowestClass, label);
    highestClass = Math.max(highestClass, label);
    found.rows += 1;
    head.fill(0);
    head[field.image] = image;
    head[field.class] = label;
    head[field.line] = line;
    head[field.id] = Number.NaN;
    if (values.length === 5 || isPose) {
      found.firstBox ??= line;
      addBox(values, head, spool);
    } else {
      found.polygons += 1;
      addPolygon(values, head, spool);
    }
  }
  return { ...found, faults, lowestClass, highestClass };
}

const nothing = new Uint8Array(0);

function addBox(values: readonly number[], head: Float64Array, spool: LabelSpool): void {
  const [, x = 0, y = 0, width = 0, height = 0] = values;
  head[field.x] = x - width / 2;
  head[field.y] = y - height / 2;
  head[field.width] = width;
  head[field.height] = height;
  spool.add(head, nothing);
}

function addPolygon(values: readonly number[], head: Float64Array, spool: LabelSpool): void {
  const points = values.slice(1);
  const xs = points.filter((_, at) => at % 2 === 0);
  const ys = points.filter((_, at) => at % 2 === 1);
  const [left, top] = [xs.reduce(least), ys.reduce(least)];
  const [right, bottom] = [xs.reduce(most), ys.reduce(most)];
  head[field.marks] = mark.polygons;
  head[field.x] = left;
  head[field.y] = top;
  head[field.width] = right - left;
  head[field.height] = bottom - top;
  head.set([left, top, right, bottom], field.mask1);
  spool.add(head, Buffer.from(JSON.stringify([points])));
}

const least = (one: number, other: number) => Math.min(one, other);
const most = (one: number, other: number) => Math.max(one, other);

function faultOf(
  row: string,
  tokens: readonly string[],
  keypointColumns: number,
): { readonly why: Bilingual; readonly hint: Bilingual } | null {
  if (row.includes(',')) {
    const why = { en: 'its columns are separated by commas', ko: '열이 쉼표로 나뉘어 있습니다' };
    const hint = {
      en: 'Separate them by blanks (sed -i "s/,/ /g" FILE).',
      ko: '공백으로 나누세요(sed -i "s/,/ /g" 파일).',
    };
    return { why, hint };
  }
  const [label = ''] = tokens;
  if (!/^\d+(?:\.0*)?$/.test(label)) {
    const why = phrase('its class "{label}" is no number', '클래스 "{label}"{label|이|가} 번호가 아닙니다', {
      label,
    });
    const hint = {
      en: 'Write the number of the class in "names", counted from 0.',
      ko: '"names"에서의 클래스 번호(0부터)를 적으세요.',
    };
    return { why, hint };
  }
  const bad = tokens.slice(1).find((token) => !Number.isFinite(token === '' ? Number.NaN : Number(token)));
  if (bad !== undefined)
    return {
      why: phrase('"{bad}" is no number', '"{bad}"{bad|은|는} 수가 아닙니다', { bad }),
      hint: columns,
    };
  const count = tokens.length - 1;
  if (count === 4 || (keypointColumns > 0 && count === 4 + keypointColumns)) return null;
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
  if (count < 4)
    return {
      why: phrase('it has only {count} columns', '열이 {count}개뿐입니다', { count: tokens.length }),
      hint: columns,
    };
  if (count % 2 !== 0)
    return {
      why: phrase(
        'its polygon has {count} coordinates, an odd count: x and y come in pairs',
        '폴리곤의 좌표가 {count}개로 홀수입니다. x와 y는 짝을 이루어야 합니다',
        { count },
      ),
      hint: columns,
    };
  return null;
}
