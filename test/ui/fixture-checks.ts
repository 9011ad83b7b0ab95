import { makeProblem } from '../../src/main/features/datasets/problems.ts';
import type { Dataset, Validation } from '../../src/shared/contract/datasets.ts';
import type { FixtureState } from './fixture-state.ts';

/** What a check of a COCO folder found in which thousands of boxes are wrong. */
function labelledValidation(): Validation {
  const outside = Array.from({ length: 1000 }, (_, at) =>
    makeProblem(
      'BOX_OUTSIDE',
      'annotations/instances_train.json',
      {
        what: { en: `annotation ${at + 1}`, ko: `어노테이션 ${at + 1}` },
        box: `${600 + at} 20 80 40`,
        image: '640 × 360',
        hint: { en: 'Correct the box, or remove it.', ko: '상자를 고치거나 지우세요.' },
      },
      at + 12,
    ),
  );
  const twice = makeProblem(
    'LABEL_TWICE',
    'labels/a.txt',
    { count: 4, what: { en: 'the row on line 3', ko: '3번째 줄' } },
    3,
  );
  return {
    ok: false,
    errors: outside,
    warnings: [twice],
    moreErrors: 2417,
    moreWarnings: 0,
    errorCounts: [{ code: 'BOX_OUTSIDE', count: 3417 }],
    warningCounts: [{ code: 'LABEL_TWICE', count: 1 }],
    summary: {
      format: 'coco',
      recognised: { mark: 'coco_json', file: 'annotations/instances_train.json' },
      images: 1204,
      leftOut: 0,
      bytes: 210_000_000,
      classes: [
        { name: 'circle', count: 900 },
        { name: 'square', count: 81_000 },
      ],
      ...{ boxes: 81_900, masks: 4100, background: 31, crowds: 12, difficult: 0 },
      sizes: { small: 1000, medium: 40_000, large: 40_900 },
      splits: { train: 1000, val: 204 },
      widths: { min: 480, max: 640 },
      heights: { min: 360, max: 640 },
      channels: [{ channels: 3, count: 1204 }],
      fileTypes: [{ type: 'jpeg', count: 1204 }],
    },
  };
}

/** The folder /bad is invalid, the check of /large goes on until it is cancelled; every other one is fine. */
export function validation(path: string, state: FixtureState): Validation {
  if (path.includes('labelled')) return labelledValidation();
  const bad = path.includes('bad');
  const dataset = [...state.datasets.values()][0];
  return {
    ok: !bad,
    errors: bad
      ? [
          {
            code: 'IMAGE_UNREADABLE',
            path: 'rose/broken.png',
            message: 'rose/broken.png can’t be decoded: the file ends too early',
            hint: 'Copy the image again from where it came from, or delete it.',
            parameters: {},
          },
          {
            code: 'CLASS_EMPTY',
            path: 'tulip',
            message: 'The class tulip has no image',
            hint: 'Put images into it, or delete the folder.',
            parameters: {},
          },
        ]
      : [],
    warnings: bad
      ? [
          {
            code: 'IMAGE_DUPLICATE',
            path: 'rose/0002.png',
            message: 'rose/0002.png has the same bytes as daisy/0007.png',
            hint: 'Delete one of them.',
            parameters: {},
          },
        ]
      : [],
    moreErrors: 0,
    moreWarnings: 0,
    errorCounts: [],
    warningCounts: [],
    summary: {
      format: 'imagenet',
      images: bad ? 118 : (dataset?.images ?? 0),
      leftOut: 0,
      bytes: 71_000,
      classes: bad ? [{ name: 'rose', count: 118 }] : (dataset?.classes ?? []),
      splits: null,
      recognised: null,
      widths: { min: 28, max: 28 },
      heights: { min: 28, max: 28 },
      channels: [{ channels: 1, count: 118 }],
      fileTypes: [{ type: 'png', count: 118 }],
    },
  };
}

/** What the import of a dataset's newest version found. */
export function lastCheck(dataset: Dataset, state: FixtureState): Validation | null {
  if (dataset.version === null) return null;
  if (!dataset.labels) return validation('/good', state);
  const { summary, ...report } = labelledValidation();
  const { images, classes, labels } = dataset;
  const none = { ok: true, errors: [], moreErrors: 0, errorCounts: [] };
  return { ...report, ...none, summary: { ...summary, ...labels, images, classes } };
}

export const nothingAt = (path: string) => ({
  code: 'PATH_NOT_FOUND',
  message: `There is nothing at ${path}`,
  hint: 'Check the path; it is looked up on the engine’s machine.',
  place: { field: 'path' },
});

/** The folder of /unclear has labels of two formats. */
export const unclear = (path: string) =>
  path.includes('unclear')
    ? {
        phase: 'failed' as const,
        ...{ done: 0, total: null, validation: null },
        error: {
          code: 'FORMAT_UNCLEAR',
          message: 'What format the dataset has can’t be seen: a COCO file and a data.yaml',
          hint: 'Choose it.',
          place: { field: 'format' },
        },
      }
    : null;

/** The folder /vanished is gone when it is looked at. */
export const vanished = (path: string) =>
  path.startsWith('/vanished')
    ? { phase: 'failed' as const, done: 0, total: null, validation: null, error: nothingAt(path) }
    : null;
