import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addLabelled, labelledId } from './fixture-labelled.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** A page that is opened once there is a labelled dataset. */
async function visit(address: string, options: BrowserContextOptions = {}, names?: readonly string[]) {
  const visited = await visitFixture(opened, '/projects', options);
  await addLabelled(visited.fixture.story.state, undefined, names);
  await visited.page.goto(`${visited.fixture.url}${address}`);
  await visited.page.locator('main h1').first().waitFor({ state: 'attached' });
  return visited;
}

const datasetPage = `/datasets/${labelledId}`;

const thumbnail = (page: Page, number: number) =>
  page.getByRole('button', { name: `View images/${String(number).padStart(4, '0')}.png` });

test.each([
  ['wide', 18],
  ['tall', 24],
  ['square', 12],
])('the box of a thumbnail lies where its object is, in a %s image', async (_, number) => {
  const { page, fixture } = await visit(datasetPage);
  const button = thumbnail(page, number);
  // It scrolls within the grid, which holds only what is in view.
  await page
    .getByRole('button', { name: /^View images/ })
    .first()
    .waitFor();
  await expect
    .poll(async () => {
      await page.mouse.move(0, 0);
      await page
        .getByRole('button', { name: /^View images/ })
        .last()
        .scrollIntoViewIfNeeded();
      return button.count();
    })
    .toBe(1);
  await button.scrollIntoViewIfNeeded();
  const image = fixture.story.state.labelled.get(labelledId)?.[number];
  const [left = 0, top = 0, width = 0, height = 0] = image?.objects[0]?.box ?? [];
  expect(image?.objects.length).toBe(1);
  const found = await button.evaluate((element) => {
    const path = element.querySelector('path');
    const matrix = path?.getScreenCTM();
    const box = path?.getBBox();
    const {
      x,
      y,
      width: wide,
      height: high,
    } = element.querySelector('img')?.getBoundingClientRect() ?? new DOMRect();
    if (!matrix || !box) return null;
    const corner = new DOMPoint(box.x, box.y).matrixTransform(matrix);
    const other = new DOMPoint(box.x + box.width, box.y + box.height).matrixTransform(matrix);
    return { place: { x, y, wide, high }, drawn: [corner.x - x, corner.y - y, other.x - x, other.y - y] };
  });
  const { wide = 0, high = 0 } = found?.place ?? {};
  // As `object-fit: cover` places an image: the smaller side fills its place, the rest is cut evenly.
  const scale = Math.max(wide / (image?.width ?? 1), high / (image?.height ?? 1));
  const [cutX, cutY] = [((image?.width ?? 0) * scale - wide) / 2, ((image?.height ?? 0) * scale - high) / 2];
  const wanted = [left, top, left + width, top + height].map(
    (side, at) => side * scale - (at % 2 === 0 ? cutX : cutY),
  );
  expect(found?.drawn).toHaveLength(4);
  for (const [at, side] of (found?.drawn ?? []).entries())
    expect(side).toBeCloseTo(wanted[at] ?? Number.NaN, 0);
});

test('the page says what is labelled, how large it is and how it is split', async () => {
  const { page, complaints } = await visit(datasetPage);
  const fact = (name: string) =>
    page
      .locator('dl > div')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .first();
  await expect.poll(() => fact('Objects').textContent()).toBe('148');
  expect(await fact('Images without objects').textContent()).toBe('1');
  expect(await fact('Crowds').textContent()).toBe('1');
  expect(await fact('Format').textContent()).toBe('COCO');
  const sizes = page.getByRole('list', { name: 'Object sizes' });
  expect(await sizes.getByRole('listitem').first().innerText()).toMatch(
    /Small\s+below 32 × 32 pixels\s+9 · 6%/,
  );
  const split = page.getByRole('list', { name: 'Split' });
  expect(await split.innerText()).toMatch(/Training\s+35 · 81%\s+Validation\s+8 · 19%/);
  expect(complaints).toEqual([]);
});

test('images are chosen by class and split, and counted as images, not objects', async () => {
  const { page, fixture } = await visit(datasetPage);
  const count = () =>
    page
      .locator('section', { has: page.getByRole('heading', { name: 'Images' }) })
      .locator('p.tabular')
      .first()
      .textContent();
  await expect.poll(count).toBe('43');
  const list = page.getByRole('list', { name: 'Objects per class' });
  const hexagon = list.getByRole('button', { name: /^hexagon/ });
  const objects = Number(/\d+$/.exec(await hexagon.innerText())?.[0]);
  await hexagon.click();
  await expect.poll(count).not.toBe('43');
  const ofClass = Number(await count());
  const images = fixture.story.state.labelled.get(labelledId) ?? [];
  expect(ofClass).toBe(images.filter((image) => image.objects.some((one) => one.class === 5)).length);
  expect(ofClass).toBeLessThan(objects);
  await expect
    .poll(() => page.getByRole('button', { name: /^View images/ }).count())
    .toBe(Math.min(ofClass, 18));
  await page.getByRole('combobox', { name: 'Split' }).click();
  await page.getByRole('option', { name: /Validation/ }).click();
  await expect.poll(async () => Number(await count())).toBeLessThan(ofClass);
});

test('a class that is pressed brings its images into view, also on a phone', async () => {
  const { page } = await visit(datasetPage, { viewport: { width: 390, height: 700 } });
  const grid = page.getByRole('button', { name: /^View images/ }).first();
  await grid.waitFor();
  const isInView = () => grid.evaluate((element) => element.getBoundingClientRect().top < innerHeight);
  expect(await isInView()).toBe(false);
  const list = page.getByRole('list', { name: 'Objects per class' });
  await list.getByRole('button', { name: /^hexagon/ }).click();
  await expect.poll(isInView).toBe(true);
});

test('where only areas of classes are labelled, masks are counted and not "0 objects"', async () => {
  const { page, fixture } = await visit('/projects');
  await addLabelled(fixture.story.state, (images) =>
    images.map((image) => ({
      ...image,
      objects: image.objects
        .filter(({ mask }) => mask !== null && !Array.isArray(mask))
        .map((object) => ({ ...object, box: null })),
    })),
  );
  await page.goto(`${fixture.url}${datasetPage}`);
  await page.getByRole('list', { name: 'Masks per class' }).waitFor();
  expect(await page.getByText('Objects', { exact: true }).count()).toBe(0);
});

test('of 1,203 classes few are drawn, and any is found by name and by how rare it is', async () => {
  const names = Array.from({ length: 1203 }, (_, at) => `thing ${at}`);
  const { page } = await visit(datasetPage, {}, names);
  const list = page.getByRole('list', { name: 'Objects per class' });
  await list.getByRole('button').first().waitFor();
  expect(await list.getByRole('listitem').count()).toBeLessThan(60);
  expect(await list.getByRole('listitem').first().getAttribute('aria-setsize')).toBe('1203');
  expect(await list.getByRole('button').first().innerText()).toMatch(/thing 5\s+16/);
  await page.getByRole('combobox', { name: 'Order' }).click();
  await page.getByRole('option', { name: 'Fewest first' }).click();
  await expect.poll(() => list.getByRole('button').first().innerText()).toMatch(/thing 11\s+0/);
  await page.getByRole('textbox', { name: 'Find a class' }).fill('thing 120');
  await expect.poll(() => list.getByRole('listitem').count()).toBe(4);
});

test('the format is asked for, and class folders only where there may be any', async () => {
  const { page, fixture } = await visit('/datasets?import=true');
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/labelled');
  await page.getByRole('combobox', { name: 'Class folders' }).click();
  await page.getByRole('option', { name: 'Level 2' }).click();
  await page.getByRole('combobox', { name: 'Format' }).click();
  await page.getByRole('option', { name: 'COCO' }).click();
  expect(await page.getByRole('combobox', { name: 'Class folders' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('Format: COCO, by annotations/instances_train.json').waitFor();
  const { readings, formats } = fixture.story.state;
  expect([formats.at(-1), readings.at(-1)]).toEqual(['coco', { classesAt: null, namesEncoding: 'auto' }]);
  await page.getByRole('combobox', { name: 'Format' }).click();
  await page.getByRole('option', { name: 'YOLO' }).click();
  await expect.poll(() => page.getByText('Format: COCO').count(), { message: 'found for another' }).toBe(0);
});

test('a format that is unclear is said at its field, until another is chosen', async () => {
  const { page } = await visit('/datasets?import=true');
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/unclear');
  await page.getByRole('button', { name: 'Check' }).click();
  const field = page.getByRole('combobox', { name: 'Format' });
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByRole('alert').count()).toBe(1);
  await field.click();
  await page.getByRole('option', { name: 'YOLO' }).click();
  await expect.poll(() => field.getAttribute('aria-invalid')).not.toBe('true');
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('of thousands of problems those of one code are shown, each with its line', async () => {
  const { page } = await visit('/datasets?import=true');
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/labelled');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('81,900 objects · 4,100 masks · 31 images without objects · 12 crowds').waitFor();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('3,417 errors, one warning').waitFor();
  await dialog.getByText('annotations/instances_train.json:12').first().waitFor();
  await dialog.getByText('And 3,218 more.').waitFor();
  expect(await dialog.getByText('labels/a.txt:3').count()).toBe(0);
  await dialog.getByRole('button', { name: /LABEL_TWICE/ }).click();
  await dialog.getByText('labels/a.txt:3').first().waitFor();
  expect(await dialog.locator('tbody tr').count()).toBe(1);
});

test('a training starts from the page of a labelled dataset, with the models of its task', async () => {
  const { page, complaints } = await visit(datasetPage);
  await page.getByRole('link', { name: 'New run' }).click();
  const field = (name: string) => page.getByRole('combobox', { name });
  await expect.poll(() => field('Dataset').inputValue()).toBe('shapes-coco v1');
  await expect.poll(() => field('Task').inputValue()).toBe('Detection');
  await expect.poll(() => field('Model').inputValue()).toBe('torchvision/fcos_resnet18_fpn');
  await field('Task').click();
  await page.getByRole('option', { name: 'Segmentation' }).click();
  await expect.poll(() => field('Model').inputValue()).toBe('huggingface/nvidia/mit-b0');
  expect(complaints).toEqual([]);
});

test('a labelled dataset without boxes and masks starts no training, and why is said', async () => {
  const { page, fixture } = await visit('/projects');
  const { state } = fixture.story;
  await addLabelled(state, (images) => images.map((image) => ({ ...image, objects: [] })));
  await page.goto(`${fixture.url}${datasetPage}`);
  await page.getByRole('alert').filter({ hasText: 'Nothing in it can be trained on' }).waitFor();
  const action = page.getByRole('main').getByText('New run', { exact: true });
  expect(await action.evaluate((text) => text.closest('a, button')?.hasAttribute('href'))).toBe(false);
  await page.goto(`${fixture.url}/runs/new?dataset=${labelledId}`);
  await page.getByText('Nothing in it can be trained on').waitFor();
  expect(await page.getByRole('button', { name: 'Start training' }).count()).toBe(0);
});

test('the card of a labelled dataset counts objects and draws boxes', async () => {
  const { page } = await visit('/datasets');
  const card = page.getByRole('article').filter({ hasText: 'shapes-coco' });
  await card.getByText('43 images · 148 objects · 12 classes').waitFor();
  await expect.poll(() => card.locator('svg path').count()).toBeGreaterThan(4);
});

test('an image whose classes are areas without boxes has them drawn over its thumbnail', async () => {
  const { page } = await visit(datasetPage);
  const areas = thumbnail(page, 2).locator('path');
  await expect.poll(() => areas.count()).toBe(2);
  const drawn = await areas.evaluateAll((paths) =>
    paths.map((path) => {
      const { y, height } = path.getBoundingClientRect();
      const image = path.closest('button')?.querySelector('img')?.getBoundingClientRect() ?? new DOMRect();
      return [(y - image.y) / image.height, (y + height - image.y) / image.height];
    }),
  );
  // The ground, and the circle that stands on it.
  expect(drawn[0]?.[0]).toBeCloseTo(0.7, 1);
  expect(drawn[0]?.[1]).toBeCloseTo(1, 1);
  expect(drawn[1]?.[0]).toBeLessThan(0.5);
});
