import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { makeProblem } from '../../problems.ts';
import type { Tally } from '../tally.ts';
import type { CocoFile, NoCoco } from './coco-file.ts';
import type { CocoFault } from './entries.ts';

/** How many more annotations have the same fault. */
export function others(count: number): Bilingual | '' {
  if (count <= 0) return '';
  return phrase(
    ' ({count} more {count|annotation has|annotations have} it)',
    ' (같은 어노테이션 {count}개 더)',
    {
      count,
    },
  );
}

type Kind = CocoFault['kind'];

const boxHint = {
  en: 'A box is four finite numbers: "bbox": [x, y, width, height], in pixels.',
  ko: '상자는 유한한 수 네 개여야 합니다: "bbox": [x, y, 너비, 높이](픽셀).',
};
const polygonHint = {
  en: 'A polygon is at least three points, x and y in turn: [[x1, y1, x2, y2, x3, y3, …]].',
  ko: '폴리곤은 점이 세 개 이상이고 x와 y가 번갈아 나와야 합니다: [[x1, y1, x2, y2, x3, y3, …]].',
};
const runsHint = {
  en: '"counts" must add up to height × width of "size": [height, width]. Write the mask anew (pycocotools.mask.encode).',
  ko: '"counts"의 합이 "size": [높이, 너비]의 높이 × 너비와 같아야 합니다. 마스크를 다시 만드세요(pycocotools.mask.encode).',
};
const idHint = {
  en: 'Write the id that links it; every annotation has "image_id" and "category_id".',
  ko: '연결하는 id를 적으세요. 어노테이션마다 "image_id"와 "category_id"가 있어야 합니다.',
};

interface FaultTexts {
  readonly code: 'BOX_INVALID' | 'MASK_INVALID' | 'ENTRY_INVALID';
  readonly why: (numbers: readonly number[]) => Bilingual;
  readonly hint: Bilingual;
}

const faultTexts: Readonly<Record<Kind, FaultTexts>> = {
  no_object: {
    code: 'ENTRY_INVALID',
    why: () => ({ en: 'is no object', ko: '객체({…})가 아닙니다' }),
    hint: {
      en: 'Every image, annotation and category is an object with an "id"; remove it if it is none.',
      ko: '이미지, 어노테이션, 카테고리는 모두 "id"가 있는 객체여야 합니다. 아니면 지우세요.',
    },
  },
  id_missing: {
    code: 'ENTRY_INVALID',
    why: () => ({ en: 'has no "id"', ko: '"id"가 없습니다' }),
    hint: idHint,
  },
  image_missing: {
    code: 'ENTRY_INVALID',
    why: () => ({ en: 'has no "image_id"', ko: '"image_id"가 없습니다' }),
    hint: idHint,
  },
  category_missing: {
    code: 'ENTRY_INVALID',
    why: () => ({ en: 'has no "category_id"', ko: '"category_id"가 없습니다' }),
    hint: idHint,
  },
  box_missing: {
    code: 'BOX_INVALID',
    why: () => ({ en: 'it has none, and no mask either', ko: '상자도 마스크도 없습니다' }),
    hint: boxHint,
  },
  box_no_numbers: { code: 'BOX_INVALID', why: boxWhy, hint: boxHint },
  polygon_no_numbers: {
    code: 'MASK_INVALID',
    why: () => ({
      en: 'a polygon holds what is no finite number',
      ko: '폴리곤에 유한한 수가 아닌 값이 있습니다',
    }),
    hint: polygonHint,
  },
  polygon_odd: {
    code: 'MASK_INVALID',
    why: ([count = 0]) =>
      phrase('a polygon has {count} numbers, an odd count', '폴리곤의 수가 {count}개로 홀수입니다', {
        count,
      }),
    hint: polygonHint,
  },
  polygon_short: {
    code: 'MASK_INVALID',
    why: ([count = 0]) =>
      phrase('a polygon has only {count} {count|point|points}', '폴리곤의 점이 {count}개뿐입니다', {
        count,
      }),
    hint: polygonHint,
  },
  runs_malformed: {
    code: 'MASK_INVALID',
    why: () => ({
      en: 'its run lengths (RLE) lack "size" or "counts", or hold what is no count',
      ko: 'RLE에 "size"나 "counts"가 없거나 길이가 아닌 값이 있습니다',
    }),
    hint: runsHint,
  },
  runs_sum: {
    code: 'MASK_INVALID',
    why: ([sum = 0, width = 0, height = 0]) =>
      phrase(
        'its run lengths (RLE counts) add up to {sum}, but its size {width} × {height} has {area} pixels',
        'RLE counts의 합은 {sum}인데 크기 {width} × {height}의 픽셀은 {area}개입니다',
        { sum, width, height, area: width * height },
      ),
    hint: runsHint,
  },
};

/** Reports what an annotation file says that can't be used. */
export function reportFaults(tally: Tally, file: string, content: CocoFile): void {
  for (const fault of content.faults) reportFault(tally, file, fault);
  for (const [kind, count] of content.faultCounts) {
    const kept = content.faults.filter((fault) => fault.kind === kind).length;
    tally.moreErrors(faultTexts[kind].code, count - kept);
  }
  for (const { id, entry, others: further } of content.images)
    for (const { fileName, line } of further)
      reportIdTwice(tally, file, line, {
        entry: phrase('The image id {id}', '이미지 id {id}', { id }),
        one: entry?.fileName ?? '',
        other: fileName ?? '',
      });
  for (const { id, entry, others: further } of content.categories)
    for (const { name, line } of further)
      reportIdTwice(tally, file, line, {
        entry: phrase('The category id {id}', '카테고리 id {id}', { id }),
        one: entry?.name ?? '',
        other: name ?? '',
      });
}

function reportIdTwice(
  tally: Tally,
  file: string,
  line: number,
  { entry, one, other }: { readonly entry: Bilingual; readonly one: string; readonly other: string },
): void {
  const why = phrase(
    'is given twice (duplicate): to "{one}" and to "{other}"; the first has all annotations',
    '"{one}"{one|과|와} "{other}"에 두 번 쓰였습니다(중복). 어노테이션은 모두 첫 번째 것으로 보았습니다',
    { one, other },
  );
  const hint = {
    en: 'Give each an id of its own, and correct the annotations that mean the second.',
    ko: '서로 다른 id를 주고, 두 번째 것을 가리키는 어노테이션을 고치세요.',
  };
  tally.error('ENTRY_INVALID', file, () => makeProblem('ENTRY_INVALID', file, { entry, why, hint }, line));
}

function reportFault(tally: Tally, file: string, { kind, id, line, numbers }: CocoFault): void {
  const what =
    id === null
      ? phrase('The entry on line {line}', '{line}번째 줄의 항목', { line })
      : phrase('Annotation {id}', '어노테이션 {id}', { id });
  const { code, hint, why: whyOf } = faultTexts[kind];
  const why = whyOf(numbers);
  tally.error(code, file, () =>
    code === 'ENTRY_INVALID'
      ? makeProblem(code, file, { entry: what, why, hint }, line)
      : makeProblem(code, file, { what, why, hint }, line),
  );
}

function boxWhy(numbers: readonly number[]): Bilingual {
  if (numbers.length === 0) return { en: 'it is no list of numbers', ko: '수의 목록이 아닙니다' };
  const values = numbers.join(' ');
  if (numbers.length === 4)
    return phrase('{values} is not finite', '{values}: 유한한 수가 아닙니다', { values });
  return phrase('it has {count} numbers ({values})', '수가 {count}개입니다({values})', {
    count: numbers.length,
    values,
  });
}

const listHint = {
  en: 'Give the file with "images", "annotations" and "categories" that the labelling program exports.',
  ko: '라벨링 프로그램이 내보낸, "images", "annotations", "categories"가 있는 파일을 지정하세요.',
};

/** Reports what a JSON file is that is no annotation file. */
export function reportNoCoco(tally: Tally, file: string, isNot: NoCoco | null): void {
  if (isNot === null) return;
  tally.error('NOT_AN_ANNOTATION_FILE', file, () =>
    makeProblem('NOT_AN_ANNOTATION_FILE', file, { format: 'COCO', why: whyNot[isNot], hint: listHint }),
  );
}

const whyNot: Readonly<Record<NoCoco, Bilingual>> = {
  results: {
    en: 'it is a results file, a list of detections (predictions) with scores, without images and categories',
    ko: '점수가 있는 검출(예측) 결과의 목록이고, 이미지와 카테고리가 없습니다',
  },
  list: {
    en: 'it is a list, not an object with "images", "annotations" and "categories"',
    ko: '"images", "annotations", "categories"가 있는 객체가 아니라 목록입니다',
  },
  panoptic: {
    en: 'it is a panoptic file, whose masks are pictures of their own ("segments_info")',
    ko: '마스크가 별도의 그림에 있는 파놉틱(panoptic) 파일입니다("segments_info")',
  },
  no_images: { en: 'it has no list "images"', ko: '"images" 목록이 없습니다' },
  no_annotations: { en: 'it has no list "annotations"', ko: '"annotations" 목록이 없습니다' },
  no_categories: { en: 'it has no list "categories"', ko: '"categories" 목록이 없습니다' },
};
