import type { Dataset, DatasetVersion, Validation } from '../../../shared/contract/datasets.ts';
import { counted } from '../../../shared/format/units.ts';
import { formatTitles } from '../../../shared/model/format-titles.ts';
import { areMasksOnly, shownCounts } from '../../../shared/model/label-counts.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';

type Fact = readonly [name: string, value: string];

const splitNames = { train: ['train', '학습'], val: ['val', '검증'], test: ['test', '테스트'] } as const;

/** A format as people call it, and by which file it was recognised. */
export function formatFact({
  format,
  recognised = null,
}: Pick<Validation['summary'], 'format'> & Partial<Validation['summary']>): Fact {
  const by = recognised?.file ? translate(` (by ${recognised.file})`, ` (${recognised.file} 기준)`) : '';
  return [translate('Format', '형식'), `${formatTitles[format]}${by}`];
}

const listedClasses = 30;

/** Classes with their counts; of many the first, and how many there are. */
export function classList(classes: Dataset['classes']): string {
  const named = classes.slice(0, listedClasses).map(({ name, count }) => `${name} ${count}`);
  if (classes.length > listedClasses)
    named.push(translate(`… (${classes.length} in all)`, `… (모두 ${classes.length}개)`));
  return named.join(', ') || '–';
}

const countNames = {
  objects: ['Objects', '객체'],
  masks: ['Masks', '마스크'],
  background: ['Without objects', '객체 없는 이미지'],
  crowds: ['Crowds', '무리(crowd)'],
  difficult: ['Difficult', '어려움 표시'],
} as const;

/** What is labelled in images: nothing where images have classes. */
export function labelFacts(labels: Dataset['labels'] | Validation['summary']): Fact[] {
  return shownCounts(labels ?? {}).map(([key, count]) => {
    const [english, korean] = countNames[key];
    return [translate(english, korean), String(count)] as const;
  });
}

/** The images of each split; nothing where the trainer makes the splits. */
export function splitFact(splits: DatasetVersion['splits'] | null | undefined): Fact[] {
  const known = Object.entries(splitNames).flatMap(([name, [english, korean]]) => {
    const images = splits?.[name as keyof typeof splitNames];
    return images === undefined ? [] : [`${translate(english, korean)} ${images}`];
  });
  return known.length === 0 ? [] : [[translate('Splits', '분할'), known.join(', ')]];
}

/** What was imported, in a line. */
export function versionLine({ images, classes, labels }: DatasetVersion): string {
  const parts = [
    translate(counted(images, 'image'), `이미지 ${images}장`),
    ...(labels
      ? [
          areMasksOnly(labels)
            ? formatCount(labels.masks, 'mask', '마스크')
            : formatCount(labels.boxes, 'object', '객체'),
        ]
      : []),
    translate(counted(classes.length, 'class', 'classes'), `클래스 ${classes.length}개`),
  ];
  return parts.join(', ');
}
