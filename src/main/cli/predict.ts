import path from 'node:path';
import type { Prediction } from '../../shared/contract/predictions.ts';
import { type KeptError, TrainyardError } from '../../shared/errors/error.ts';
import { formatPercent } from '../../shared/format/units.ts';
import { type Command, decimal } from './lib/define.ts';
import { openReconnectingClient } from './lib/engine.ts';
import { inOwnWords, usageError } from './lib/failure.ts';
import { findRun } from './lib/find-run.ts';
import { language, translate } from './lib/language.ts';
import { remark, styled, table, writeJson, writeLine } from './lib/output.ts';

/** What became of an image: as `--json` has it. */
type Outcome = { readonly file: string } & (Prediction | { readonly error: Omit<KeptError, 'parameters'> });

interface PredictOptions {
  readonly threshold: number;
  readonly json?: true | undefined;
}

/** Errors that the next image would meet as well. */
const ofTheRun = new Set([
  'RUN_NOT_FOUND',
  'RUN_CANNOT_PREDICT',
  'MODEL_UNUSABLE',
  'ONNX_RUNTIME_MISSING',
  'ONNX_RUNTIME_UNUSABLE',
]);
const usualThreshold = 0.25;
const mostNamed = 5;

const percent = (share: number) => formatPercent(share, language, 1);
const score = (probability: number) => probability.toFixed(2);

function rowsOf({ classes, objects, model }: Prediction) {
  if (objects.length > 0 && classes.length === 0)
    return objects.map(({ name, probability, box, mask }) => ({
      name,
      probability,
      where: [
        box ? box.map((side) => Math.round(side)).join(', ') : '',
        mask ? translate('mask', '마스크') : '',
      ]
        .filter((text) => text !== '')
        .join(' '),
    }));
  const named = model.task === 'classification' ? classes.slice(0, mostNamed) : classes;
  return named.map(({ name, probability, share }) => ({
    name,
    probability,
    where: share === null ? '' : translate(`${percent(share)} of the image`, `이미지의 ${percent(share)}`),
  }));
}

function describe(outcome: Outcome): string {
  const title = styled('bold', outcome.file);
  if ('error' in outcome) {
    const { message, hint } = outcome.error;
    return `${title}\n${message} → ${hint}`;
  }
  const rows = rowsOf(outcome);
  const time = `${Math.round(outcome.milliseconds.total)} ms`;
  if (rows.length === 0) return `${title}  ${time}\n${translate('nothing found', '찾은 것이 없습니다')}`;
  // As the page has it: classes have shares of what is certain, an object has a score.
  const [sureness, place, written] =
    outcome.classes.length > 0
      ? ([translate('PROBABILITY', '확률'), '', percent] as const)
      : ([
          translate('SCORE (0–1)', '점수(0–1)'),
          translate('BOX (X, Y, W, H)', '상자(x, y, 너비, 높이)'),
          score,
        ] as const);
  return `${title}  ${time}\n${table(rows, [
    [translate('CLASS', '클래스'), ({ name }) => name],
    [sureness, ({ probability }) => written(probability), 'right'],
    [place, ({ where }) => where],
  ])}`;
}

/** Fewer objects, where `least` is higher. */
const atLeast = (prediction: Prediction, least: number): Prediction =>
  prediction.classes.length > 0
    ? prediction
    : { ...prediction, objects: prediction.objects.filter(({ probability }) => probability >= least) };

async function predict({ threshold, json }: PredictOptions, reference: string, images: readonly string[]) {
  if (!(threshold >= 0 && threshold <= 1))
    throw usageError(
      translate('The threshold is from 0 to 1', '기준값은 0에서 1까지입니다'),
      translate('Use 0.25, say.', '예: 0.25'),
    );
  using client = await openReconnectingClient();
  const run = await findRun(client.api, reference);
  const outcomes: Outcome[] = [];
  for (const image of images) {
    const outcome: Outcome = await client.api.runs.predict({ run, image: path.resolve(image) }).then(
      (prediction) => ({ file: image, ...atLeast(prediction, threshold) }),
      (error: unknown) => {
        if (!(error instanceof TrainyardError) || ofTheRun.has(error.code)) throw error;
        const { code, message, hint, place } = inOwnWords(error.record);
        return { file: image, error: { code, message, hint, place } };
      },
    );
    if (!json) await writeLine(`${outcomes.length > 0 ? '\n' : ''}${describe(outcome)}`);
    outcomes.push(outcome);
  }
  if (json) await writeJson({ runId: run, predictions: outcomes });
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  if (failed === 0) return 0;
  if (images.length > 1)
    remark(
      `${failed} of ${images.length} images failed.`,
      `이미지 ${images.length}장 중 ${failed}장을 예측하지 못했습니다.`,
    );
  return 1;
}

export function definePredict(command: Command): void {
  command
    .argument('<run>', translate('an id, its first characters, or "last"', 'ID, ID의 앞부분, 또는 "last"'))
    .argument('<images...>', translate('image files', '이미지 파일'))
    .flag(
      '--threshold <share>',
      'leave out objects of a lower score, 0 to 1',
      '점수가 이보다 낮은 객체를 뺍니다(0~1)',
      decimal,
      usualThreshold,
    )
    .explain({
      examples: ['predict last photo.jpg', 'predict 3f2a91c0 *.png --threshold 0.5 --json'],
      json: '{"runId", "predictions": [{"file", "image", "classes", "objects", "milliseconds", "model"} or {"file", "error"}]}',
    })
    .perform<PredictOptions>((options, reference = '', ...images) => predict(options, reference, images));
}
