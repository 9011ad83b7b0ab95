import { expect, onTestFinished, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { openBrowser } from '../support/browser.ts';
import { visitFixture } from './visit.ts';

test('a chart that is built anew, here for another width, is never shown empty', async () => {
  await ensureBuilt({ only: ['desktop'] });
  const opened = await openBrowser();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const { page, fixture } = await visitFixture(opened, '/runs', { viewport: { width: 1300, height: 900 } });
  const { running } = fixture.story.runs;
  await page.goto(`${fixture.url}/runs/${running.run.id}`);
  const painted = () => page.evaluate((id) => window.__trainyard?.paintedSeq[id] ?? 0, running.run.id);
  await expect.poll(painted).toBeGreaterThan(0);
  // How much of its line the first chart had whenever a frame was shown, and which canvas it was.
  await page.evaluate(() => {
    const inked: number[] = [];
    const canvases = new Set<Element>();
    const look = () => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      };
      let ink = 0;
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0] = data.slice(at, at + 3);
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) ink += 1;
      }
      if (canvas) canvases.add(canvas);
      inked.push(ink);
    };
    const { port1, port2 } = new MessageChannel();
    // After the frame in which it is asked for, not in it.
    port1.onmessage = look;
    const every = () => {
      port2.postMessage(null);
      requestAnimationFrame(every);
    };
    requestAnimationFrame(every);
    Object.assign(window, { seen: () => ({ least: Math.min(...inked), canvases: canvases.size }) });
  });
  const seen = () =>
    page.evaluate(() => (window as unknown as { seen: () => { least: number; canvases: number } }).seen());
  for (let width = 1290; width >= 1240; width -= 10) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(60);
  }
  await expect.poll(async () => (await seen()).canvases).toBeGreaterThan(3);
  expect((await seen()).least).toBeGreaterThan(0);
}, 60_000);
