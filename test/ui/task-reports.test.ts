import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addDetection, addSegmentation, addTaskRun, artifact } from './fixture-artifacts.ts';
import type { FixtureRun } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** The page of a run that a test makes. */
async function visitRun(
  make: (state: FixtureState) => Promise<FixtureRun>,
  tab: 'charts' | 'artifacts' = 'artifacts',
  locale = 'en-GB',
) {
  const visited = await visitFixture(opened, '/projects', { locale });
  const entry = await make(visited.fixture.story.state);
  await visited.page.goto(`${visited.fixture.url}/runs/${entry.run.id}?tab=${tab}`);
  await visited.page.locator('main h1').getByText(entry.run.name).waitFor();
  return { ...visited, entry };
}

/** How much of a thumbnail's pixel is covered by what is drawn, at a share of its width and height. */
const coverAt = (page: Page, thumbnail: number, x: number, y: number) =>
  page
    .locator('button canvas')
    .nth(thumbnail)
    .evaluate(
      (canvas, [across, down]) => {
        if (!(canvas instanceof HTMLCanvasElement)) return -1;
        const { width, height } = canvas;
        const pixel = canvas.getContext('2d')?.getImageData(across * width, down * height, 1, 1).data;
        return pixel?.[3] ?? -1;
      },
      [x, y] as const,
    );

test('a detector’s page names the best epoch with its metric and marks it on the charts', async () => {
  const { page, complaints } = await visitRun(addDetection, 'charts');
  const summary = page.getByRole('region', { name: 'Summary' });
  await summary.getByText('6 (by Val. mAP 50–95)').waitFor();
  await summary.getByText('0.5731').waitFor();
  const marks = page.getByText('best epoch', { exact: true });
  await marks.first().waitFor();
  const charts = await page.getByRole('figure').count();
  expect(await marks.count()).toBe(charts);
  const placeOf = async () => {
    const [mark, over] = await Promise.all([
      marks.first().boundingBox(),
      page.locator('.u-over').first().boundingBox(),
    ]);
    if (!mark || !over) return -1;
    const isLeft = (await marks.first().getAttribute('data-side')) === 'left';
    return (mark.x + (isLeft ? mark.width : 0) - over.x) / over.width;
  };
  // Steps from 1 to 400, of which epoch 6 ends with step 300.
  await expect.poll(placeOf).toBeCloseTo(299 / 399, 2);
  await page.getByText('Epoch', { exact: true }).last().click();
  await expect.poll(placeOf).toBeCloseTo((6 - 1 / 50) / (8 - 1 / 50), 2);
  expect(complaints).toEqual([]);
});

test('the words at the last epoch, where it is the best, stay inside their chart', async () => {
  const { page } = await visitRun(async (state) => {
    const entry = await addDetection(state);
    if (entry.run.finalMetrics) entry.run.finalMetrics.best_epoch = 8;
    return entry;
  }, 'charts');
  await page.getByText('best epoch', { exact: true }).first().waitFor();
  const beyond = () =>
    page.evaluate(() => {
      const marks = [...document.querySelectorAll('.u-over > div')].filter((one) => one.textContent);
      const over = (mark: Element) =>
        mark.getBoundingClientRect().right - (mark.parentElement?.getBoundingClientRect().right ?? 0);
      return Math.max(...marks.map(over));
    });
  await expect.poll(beyond).toBeLessThanOrEqual(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});

test('early stopping’s metric is named as what the best epoch was chosen by', async () => {
  const { page } = await visitRun(async (state) => {
    const entry = await addDetection(state);
    if (entry.run.config)
      entry.run.config.training.earlyStop = { enabled: true, patience: 3, metric: 'val_loss' };
    return entry;
  }, 'charts');
  await page.getByText('6 (by Val. loss)').waitFor();
});

test('what is measured of each class stands in one chart, in which the lines are the classes', async () => {
  const { page } = await visitRun(addDetection, 'charts');
  const chart = page.getByRole('figure', { name: 'Val. mAP 50–95 by class' });
  await chart.getByRole('button', { name: 'circle' }).waitFor();
  expect(await chart.getByRole('button').count()).toBe(5);
});

test('the confusion matrix of a detector has the background, and shows counts or shares of the class', async () => {
  const { page, complaints } = await visitRun(addDetection);
  const table = page.getByRole('table', { name: 'Confusion matrix' });
  await table.getByRole('rowheader', { name: 'background' }).waitFor();
  const missed = table.getByTitle('square predicted as background: 3 of 44');
  expect(await missed.textContent()).toBe('3');
  await page.getByRole('radiogroup', { name: 'In the cells' }).getByText('Shares').click();
  await expect.poll(() => missed.textContent()).toBe('6.8%');
  await page.getByText('Confused most often').click();
  const worst = page.getByRole('row', { name: /^circle hexagon 12 / });
  await worst.waitFor();
  expect(complaints).toEqual([]);
});

test('pixels of a segmenter are counted in thousands, and its classes begin with the background', async () => {
  const { page } = await visitRun(addSegmentation);
  const table = page.getByRole('table', { name: 'Confusion matrix' });
  const right = table.getByTitle(/^background predicted as background: 1,305,780 of/);
  await right.waitFor();
  await page.getByRole('radiogroup', { name: 'In the cells' }).getByText('Counts').click();
  await expect.poll(() => right.textContent()).toBe('1.31M');
  await page.getByRole('columnheader', { name: 'Pixels' }).waitFor();
  await page.getByRole('button', { name: 'IoU' }).waitFor();
  expect(await page.getByRole('button', { name: 'F1' }).count(), 'there are none').toBe(0);
});

test('what lies around all classes of a segmenter is named in the language of the page', async () => {
  const { page } = await visitRun(addSegmentation, 'artifacts', 'ko-KR');
  await page.getByRole('heading', { name: '클래스별 결과' }).waitFor();
  await page.getByRole('cell', { name: '배경', exact: true }).waitFor();
  expect(await page.getByRole('cell', { name: 'background', exact: true }).count()).toBe(0);
});

test('two thousand classes are one picture, and the mistake under the pointer is read below it', async () => {
  const size = 2000;
  const { page, complaints } = await visitRun(async (state) => {
    const entry = await addTaskRun(state, 'detection', { val_map50_95: 0.1 });
    const matrix = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (__, column) => (row === column ? 5 : 0)),
    );
    const classes = matrix.map((_row, at) => `class ${at}`);
    const body = { format: 'trainyard/confusion-matrix', split: 'val', classes, matrix };
    artifact(state, entry, 'confusion_matrix', 'confusion_matrix.json', body);
    return entry;
  });
  const map = page.getByRole('img', { name: 'Confusion matrix' });
  await map.waitFor();
  const box = await map.boundingBox();
  await map.hover({ position: { x: 2, y: (box?.height ?? 0) - 2 } });
  await page.getByText(/class 199\d predicted as class \d: 0 of 5/).waitFor();
  expect(await page.locator('main td').count()).toBeLessThan(200);
  expect(complaints).toEqual([]);
});

test('curves of precision over recall are read at the pointer, for each class and for the mean', async () => {
  const { page, complaints } = await visitRun(addDetection);
  const chart = page.getByRole('figure', { name: 'Precision over recall' });
  await chart.getByRole('button', { name: 'mean · AP 0.800' }).waitFor();
  // The eight weakest of twelve, of which one has no curve.
  await chart.getByRole('button', { name: 'arrow · AP 0.700' }).waitFor();
  expect(await chart.getByRole('button', { name: /· AP/ }).count()).toBe(9);
  await page.getByText('No curve, as there is nothing of them: unused shape').waitFor();
  const over = chart.locator('.u-over');
  const box = await over.boundingBox();
  await over.hover({ position: { x: (box?.width ?? 0) * 0.5, y: 40 } });
  await chart.getByText('Recall 0.5').waitFor();
  const arrow = await chart.getByRole('button', { name: /^arrow/ }).textContent();
  expect(Number(arrow?.split(' 0.700')[1])).toBeCloseTo(1 - 0.5 ** 3 * 1.1, 2);
  expect(complaints).toEqual([]);
});

test('a table by class is sorted by what its task is judged by, the weakest first, and by any column', async () => {
  const { page } = await visitRun(addDetection);
  const first = () => page.locator('main table').first().locator('tbody tr td').first().textContent();
  await expect.poll(first).toBe('unused shape with a name that is long');
  await page.getByRole('button', { name: 'mAP 50', exact: true }).click();
  await page.getByRole('button', { name: 'mAP 50', exact: true }).click();
  await expect.poll(first).toBe('circle');
  await page.getByRole('columnheader', { name: 'Objects' }).waitFor();
});

test('objects that were found stand beside the true ones; score and class say which of them', async () => {
  const { page, complaints } = await visitRun(addDetection);
  const second = page.getByRole('button', { name: 'View images/0003.png: 4 true, 3 predicted' });
  await second.waitFor();
  const slider = page.getByRole('slider', { name: 'Score from' });
  await slider.focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'View images/0003.png: 4 true, 0 predicted' }).waitFor();
  await page.keyboard.press('Home');
  await second.waitFor();
  const classes = page.getByRole('region', { name: 'Classes' });
  await classes.getByRole('button', { name: 'Hide all' }).click();
  await page.getByRole('button', { name: 'View images/0003.png: 0 true, 0 predicted' }).waitFor();
  await classes.getByRole('button', { name: 'Show all' }).click();
  await second.click();
  const dialog = page.getByRole('dialog', { name: 'images/0003.png' });
  const list = dialog.getByRole('listbox');
  await list
    .getByRole('option', { name: /Prediction · score 0\.\d\d/ })
    .first()
    .waitFor();
  await dialog.getByText('Truth', { exact: true }).click();
  await expect.poll(() => list.getByRole('option', { name: /Prediction/ }).count()).toBe(0);
  expect(await list.getByRole('option', { name: /Truth/ }).count()).toBe(4);
  await dialog.getByRole('button', { name: 'Next image' }).click();
  await page.getByRole('dialog', { name: 'images/0004.png' }).waitFor();
  expect(complaints).toEqual([]);
});

test('masks of the network’s size lie where they are in an image of another size and shape', async () => {
  const { page, complaints } = await visitRun(addSegmentation);
  // 480 × 300 in a square: the middle of the circle is the middle of the square.
  await page.getByRole('button', { name: 'View images/0002.png: 1 true, 2 predicted' }).waitFor();
  await expect.poll(() => coverAt(page, 1, 0.55, 0.5)).toBeGreaterThan(60);
  // The ring at 15 % and 85 % of the image, whose height is five eighths of the square's.
  expect(await coverAt(page, 1, 0.15, 0.1875 + 0.85 * 0.625)).toBeGreaterThan(60);
  expect(await coverAt(page, 1, 0.15, 0.3)).toBe(0);
  await page.getByRole('switch', { name: 'Masks' }).press('Space');
  await expect.poll(() => coverAt(page, 1, 0.55, 0.5)).toBe(0);
  expect(complaints).toEqual([]);
});

test('in Korean truth and prediction have their words', async () => {
  const { page } = await visitRun(addDetection, 'artifacts', 'ko-KR');
  await page.getByRole('button', { name: 'images/0003.png 보기: 정답 4개, 예측 3개' }).click();
  await page.getByRole('dialog').getByText('정답: 점선과 빗금. 예측: 실선과 채움.').waitFor();
});

const foreign = {
  notJson: '{"format": "trainyard/predictions", ',
  anotherFormat: { format: 'mine/predictions', boxes: 3 },
  noSamples: { format: 'trainyard/predictions', split: 'val', images: 2, samples: {} },
};

test.each(Object.entries(foreign))(
  'a file that is no report (%s) is said to be so, and the others are shown',
  async (_name, body) => {
    const { page, complaints } = await visitRun(async (state) => {
      const entry = await addTaskRun(state, 'detection', { val_map50_95: 0.1 });
      artifact(state, entry, 'predictions', 'predictions.json', body);
      const classes = [
        { name: 'a', support: 1, recall: 0.5 },
        { name: 'a', support: 2, recall: null },
      ];
      artifact(state, entry, 'per_class', 'per_class.json', {
        ...{ format: 'trainyard/per-class', split: 'val', images: 3, classes },
      });
      const crooked = {
        format: 'trainyard/confusion-matrix',
        split: 'val',
        classes: ['a'],
        matrix: [[1], [2]],
      };
      artifact(state, entry, 'confusion_matrix', 'confusion_matrix.json', crooked);
      return entry;
    });
    await expect.poll(() => page.getByRole('alert').count()).toBe(2);
    await page.getByText('artifacts/predictions.json').first().waitFor();
    await page.getByRole('cell', { name: '50%' }).first().waitFor();
    expect(complaints).toEqual([]);
  },
);

test('of samples what is damaged is left out and counted, and the rest is drawn', async () => {
  const { page, complaints } = await visitRun(async (state) => {
    const entry = await addTaskRun(state, 'detection', { val_map50_95: 0.1 });
    const image = { path: 'a.png', sha256: '0'.repeat(64), width: 40, height: 30 };
    const box = [1, 2, 10, 10];
    const endless = { size: [30, 40], counts: [0, 1e12] };
    const samples = [
      // One good object of four: one has no place, one a mask that never ends, one half a box.
      {
        ...image,
        true: [
          { class: '<b>', box },
          { class: 'a' },
          { class: 'a', mask: endless },
          { class: 'a', box: [1] },
        ],
        predicted: [],
      },
      { ...image, sha256: '../../secret', true: [], predicted: [] },
      { ...image, true: [], predicted: [{ class: 'constructor', box, probability: 0.5 }] },
      null,
    ];
    const body = { format: 'trainyard/predictions', split: 'val', images: 9, samples };
    artifact(state, entry, 'predictions', 'predictions.json', body);
    return entry;
  });
  await page.getByText('5 entries of the file can’t be read and are left out.').waitFor();
  await page.getByRole('button', { name: 'View a.png: 1 true, 0 predicted' }).waitFor();
  await page.getByRole('button', { name: 'View a.png: 0 true, 1 predicted' }).click();
  await page.getByRole('option', { name: /constructor/ }).waitFor();
  // The image itself is not there.
  expect(complaints.filter((one) => !/404/.test(one))).toEqual([]);
});
