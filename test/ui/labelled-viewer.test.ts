import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import type { ImageObject } from '../../src/shared/contract/dataset-labels.ts';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addLabelled, type LabelledImage, labelledId } from './fixture-labelled.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

type Change = Parameters<typeof addLabelled>[1];

/** The page of the labelled dataset, with one image of it in the viewer. */
async function visitImage(number: number, change?: Change) {
  const visited = await visitFixture(opened, '/projects');
  await addLabelled(visited.fixture.story.state, change);
  const { page, fixture } = visited;
  await page.goto(`${fixture.url}/datasets/${labelledId}`);
  await page.getByRole('button', { name: `View images/${String(number).padStart(4, '0')}.png` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('canvas').first().waitFor();
  await dialog.getByRole('listbox', { name: 'Objects in this image' }).waitFor();
  return { ...visited, dialog };
}

/** What the canvas over the image shows at a pixel of the image: red, green, blue and how much covers the image. */
const paintedAt = (page: Page, x: number, y: number): Promise<number[]> =>
  page.evaluate(
    ([column, row]) => {
      const dialog = document.querySelector('[role=dialog]');
      const image = dialog?.querySelector('img');
      const canvas = dialog?.querySelector('canvas');
      if (!image || !canvas) return [];
      const [at, on] = [image.getBoundingClientRect(), canvas.getBoundingClientRect()];
      const scale = at.width / Number(image.getAttribute('width'));
      const ratio = canvas.width / on.width;
      const [left, top] = [at.left + column * scale - on.left, at.top + row * scale - on.top];
      return [...(canvas.getContext('2d')?.getImageData(left * ratio, top * ratio, 1, 1).data ?? [])];
    },
    [x, y] as const,
  );

const coverAt = async (page: Page, x: number, y: number) => (await paintedAt(page, x, y))[3] ?? -1;

/** How large a pixel of the image is on the screen, and where the image begins. */
const placement = (page: Page) =>
  page
    .getByRole('dialog')
    .locator('img')
    .evaluate((image) => {
      const { left, top, width } = image.getBoundingClientRect();
      return { left, top, scale: width / Number(image.getAttribute('width')) };
    });

test('polygons and both forms of run lengths cover the pixels that they say, and no others', async () => {
  const { page, dialog, complaints } = await visitImage(0);
  const inside = {
    compressed: [110, 110],
    list: [120, 280],
    polygon: [470, 130],
    crowd: [340, 250],
  } as const;
  for (const [kind, [x, y]] of Object.entries(inside))
    await expect.poll(() => coverAt(page, x, y), { message: kind }).toBeGreaterThan(60);
  // In the box of the circle and the diamond, and between the dots of the crowd.
  for (const [x, y] of [
    [46, 46],
    [78, 240],
    [352, 270],
    [20, 340],
  ] as const)
    expect(await coverAt(page, x, y), `${x}, ${y}`).toBe(0);
  // Of hatched lines some are painted and some are not.
  const ignored = await Promise.all(Array.from({ length: 30 }, (_, at) => coverAt(page, 600 + at, 100)));
  expect(new Set(ignored).size).toBeGreaterThan(1);
  await dialog.getByRole('checkbox', { name: 'circle' }).click();
  await expect.poll(() => coverAt(page, 110, 110), { message: 'hidden' }).toBe(0);
  expect(await coverAt(page, 120, 280), 'another class').toBeGreaterThan(60);
  await page.keyboard.press('m');
  await expect.poll(() => coverAt(page, 120, 280), { message: 'without masks' }).toBe(0);
  expect(await coverAt(page, 70, 280), 'the edge of its box').toBeGreaterThan(60);
  expect(complaints).toEqual([]);
});

test('arrow keys go to other images, and with Shift, plus, minus, 0 and 1 one moves in this one', async () => {
  const { page, dialog } = await visitImage(0);
  await dialog.getByText('1 / 43').waitFor();
  const fitted = await placement(page);
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const near = await placement(page);
  expect(near.scale / fitted.scale).toBeCloseTo(1.96, 2);
  await page.keyboard.press('Shift+ArrowRight');
  expect((await placement(page)).left - near.left).toBeCloseTo(-80, 0);
  await dialog.getByText('1 / 43').waitFor();
  await page.keyboard.press('1');
  expect((await placement(page)).scale).toBeCloseTo(1, 3);
  await page.keyboard.press('0');
  expect(await placement(page)).toEqual(fitted);
  await page.keyboard.press('ArrowRight');
  await dialog.getByText('2 / 43').waitFor();
  await dialog.getByText('There are no objects in this image.').waitFor();
  await page.keyboard.press('ArrowLeft');
  await dialog.getByText('1 / 43').waitFor();
});

test('the wheel zooms at the pointer, and dragging moves the image', async () => {
  const { page, dialog } = await visitImage(0);
  const before = await placement(page);
  const [x, y] = [before.left + 300 * before.scale, before.top + 150 * before.scale];
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -300);
  await expect.poll(async () => (await placement(page)).scale).toBeGreaterThan(before.scale * 1.3);
  const after = await placement(page);
  expect((x - after.left) / after.scale).toBeCloseTo(300, 0);
  expect((y - after.top) / after.scale).toBeCloseTo(150, 0);
  await page.mouse.down();
  await page.mouse.move(x - 40, y - 30, { steps: 4 });
  await page.mouse.up();
  const moved = await placement(page);
  expect([moved.left - after.left, moved.top - after.top].map(Math.round)).toEqual([-40, -30]);
  await dialog.getByRole('button', { name: 'Fit' }).click();
  await expect.poll(() => placement(page)).toEqual(before);
});

test('an object says its class, size and marks, to a pointer and to the keyboard', async () => {
  const { page, dialog } = await visitImage(0);
  const list = dialog.getByRole('listbox', { name: 'Objects in this image' });
  await expect.poll(() => list.getByRole('option').count()).toBe(8);
  const { left, top, scale } = await placement(page);
  await page.mouse.move(left + 350 * scale, top + 270 * scale);
  await expect
    .poll(() => list.getByRole('option', { selected: true }).textContent())
    .toBe('crowd of dots · 140 × 60 px · crowd');
  await list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const chosen = list.getByRole('option', { selected: true });
  await expect.poll(() => chosen.textContent()).toBe('triangle · 139 × 120 px · Large · difficult');
  expect(await list.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'));
  await page.keyboard.press('End');
  await expect.poll(() => chosen.textContent()).toBe('Ignored · left out of training');
  await dialog.getByText('3 objects reach past the edge of the image by a rounding').waitFor();
});

test('an image with 10,000 objects has few elements, and its classes are hidden and shown at once', async () => {
  const counts = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 500 : 300));
  const many = (images: readonly LabelledImage[]) =>
    images.map((image, number): LabelledImage => {
      if (number !== 0) return image;
      const objects = Array.from({ length: 10_000 }, (_, at): ImageObject => {
        const [x, y] = [(at % 100) * 6.4, Math.floor(at / 100) * 3.6];
        const corners = [x, y, x + 5, y, x + 5, y + 3, x, y + 3];
        const runs = [...counts, 640 * 360 - counts.reduce((sum, one) => sum + one, 0)];
        return {
          class: at % 10,
          box: [x, y, 5, 3],
          mask: at % 50 === 0 ? { counts: runs, size: [360, 640] } : [corners],
          crowd: false,
          difficult: false,
        };
      });
      return { ...image, objects };
    });
  const { page, dialog } = await visitImage(0, many);
  await dialog.getByRole('heading', { name: 'Objects in this image' }).waitFor();
  await expect.poll(() => dialog.getByText('10,000', { exact: true }).count()).toBe(1);
  expect(await dialog.locator('*').count()).toBeLessThan(700);
  expect(await dialog.getByRole('option').first().getAttribute('aria-setsize')).toBe('10000');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const work = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const before = await work();
  for (const name of ['circle', 'square', 'triangle']) await dialog.getByRole('checkbox', { name }).click();
  await expect.poll(() => dialog.getByText('7,000', { exact: true }).count()).toBe(1);
  await page.keyboard.press('+');
  await page.keyboard.press('Shift+ArrowRight');
  // Seconds of the processor for the page's thread; 0.15 where this was written.
  expect((await work()) - before).toBeLessThan(2);
});
