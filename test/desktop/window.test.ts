import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { expect, test } from 'vitest';
import { openDisplay } from '../support/display.ts';
import { startEngine, temporaryHome, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { rest } from '../support/rest.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const distribution = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '';

function launch(display: string, engineUrl: string, home: string): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath: path.join(distribution, 'electron'),
    // The sandbox of Chromium needs a user other than root; the renderer's own isolation does not change with it.
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${path.join(home, 'electron')}`,
      root,
    ],
    env: { ...process.env, DISPLAY: display, TRAINYARD_ENGINE_URL: engineUrl },
    timeout: 60_000,
  });
}

test('the window shows the running sample from an engine elsewhere, and its chart gains points', async () => {
  await using display = await openDisplay();
  await using state = await temporaryHome();
  await using engine = await startEngine(state.home, []);
  const app = await launch(display.display, engine.ticketUrl, state.home);
  try {
    const page = await app.firstWindow();
    const run = await waitFor('the sample run', async () => {
      const { runs } = await rest<{ runs: { id: string; status: string }[] }>(engine, 'GET', '/runs');
      return runs.find(({ status }) => status === 'running');
    });
    await page.goto(`${engine.url}/runs/${run.id}`);
    const painted = () =>
      page.evaluate(
        (id) => Reflect.get(window, '__trainyard')?.paintedSeq?.[id] ?? 0,
        run.id,
      ) as Promise<number>;
    const first = await waitFor('a painted point', painted);
    await waitFor('a further painted point without a reload', async () => (await painted()) > first);
  } finally {
    await app.close();
  }
}, 300_000);

test('the page has no Node, may not leave its engine and gets no permission', async () => {
  await using display = await openDisplay();
  await using state = await preparedHome();
  await using engine = await startEngine(state.home);
  const app = await launch(display.display, engine.ticketUrl, state.home);
  try {
    const page = await app.firstWindow();
    await page.locator('nav').first().waitFor();
    expect(
      await page.evaluate(() => [
        typeof Reflect.get(window, 'require'),
        typeof Reflect.get(window, 'process'),
      ]),
    ).toEqual(['undefined', 'undefined']);
    expect(await page.evaluate(() => Object.keys(window.trainyardDesktop ?? {}).sort())).toEqual([
      'choosePath',
      'notify',
    ]);
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return contents && Reflect.apply(Reflect.get(contents, 'getLastWebPreferences'), contents, []);
    });
    expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false });

    await page.evaluate(() => {
      window.location.href = 'http://127.0.0.1:9/elsewhere';
    });
    expect(await page.evaluate(() => window.open('http://127.0.0.1:9/') === null)).toBe(true);
    expect(new URL(page.url()).origin).toBe(engine.url);
    expect(app.windows()).toHaveLength(1);
    const granted = await page.evaluate(() => Notification.requestPermission());
    expect(granted).toBe('denied');
    const refused = await page.evaluate(async () => {
      const choosePath: unknown = window.trainyardDesktop?.choosePath;
      if (typeof choosePath !== 'function') return 'not offered';
      return choosePath('everything').catch((error: Error) => error.message);
    });
    expect(refused).toContain('does not know this request');
  } finally {
    await app.close();
  }
}, 120_000);
