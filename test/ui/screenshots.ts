import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { startFixture } from './fixture-server.ts';

/**
 * Shoots every screen in both languages and themes.
 * node bin/node24.mjs test/ui/screenshots.ts FOLDER [URL | fixture] [NAME…]
 * URL may carry a token (the link that the engine prints); names choose among the shots.
 */
const [folder = 'screenshots', base = 'fixture', ...wanted] = process.argv.slice(2);

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
}

async function hrefs(page: Page, address: string, selector: string): Promise<string[]> {
  await page.goto(address);
  await page.locator(selector).first().waitFor();
  return page
    .locator(selector)
    .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute('href') ?? ''))]);
}

/** The screens, with whatever the engine at hand has to show on them. */
async function shots(page: Page, origin: string): Promise<readonly Shot[]> {
  const runs = (await hrefs(page, `${origin}/runs`, 'main a[href^="/runs/"]')).filter(
    (href) => href !== '/runs/new',
  );
  const [project] = await hrefs(page, `${origin}/projects`, 'main a[href^="/projects/"]');
  const [dataset] = await hrefs(page, `${origin}/datasets`, 'main a[href^="/datasets/"]');
  const tabs = ['charts', 'log', 'config', 'artifacts', 'history'];
  const press = (keys: string) => (at: Page) => at.keyboard.press(keys);
  return [
    { name: 'projects', path: '/projects' },
    { name: 'project', path: project ?? '/projects' },
    { name: 'datasets', path: '/datasets' },
    { name: 'import', path: '/datasets?import=true' },
    {
      name: 'import-failed',
      path: '/datasets?import=true',
      act: async (at) => {
        await at.getByRole('dialog').getByRole('textbox').first().fill('/nowhere/bad');
        await at.getByRole('dialog').locator('button[type=submit]').click();
        await at.getByRole('alert').first().waitFor();
      },
    },
    { name: 'dataset', path: dataset ?? '/datasets' },
    { name: 'runs', path: '/runs' },
    {
      name: 'new-run',
      path: '/runs/new',
      act: (at) => at.locator('button[aria-expanded]:not([aria-haspopup])').first().click(),
    },
    ...runs
      .slice(0, 6)
      .flatMap((run, index) =>
        tabs
          .filter((tab) => index < 2 || tab === 'charts' || tab === 'history')
          .map((tab) => ({ name: `run-${index + 1}-${tab}`, path: `${run}?tab=${tab}` })),
      ),
    {
      name: 'compare',
      path: `/compare?runs=${runs
        .slice(0, 3)
        .map((href) => href.split('/').at(-1))
        .join(',')}`,
    },
    { name: 'compare-empty', path: '/compare' },
    { name: 'system', path: '/system' },
    { name: 'not-found', path: '/nowhere' },
    { name: 'palette', path: '/runs', act: press('Control+k') },
    { name: 'help', path: '/runs', act: press('?') },
  ];
}

async function shoot(context: BrowserContext, origin: string, label: string): Promise<void> {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${label}: ${message.text()}`);
  });
  page.on('pageerror', (error) => console.error(`${label}: ${error.message}`));
  if (base !== 'fixture') await page.goto(base);
  for (const { name, path: address, act } of await shots(page, origin)) {
    if (wanted.length > 0 && !wanted.some((one) => name.startsWith(one))) continue;
    await page.goto(`${origin}${address}`);
    await page.locator('main h1').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
    await act?.(page);
    // As high as the page: what is painted only while in view is then painted.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: 1440, height: Math.max(900, Math.min(height, 4000)) });
    // Transitions and the first paint of canvases have no event of their own.
    await page.waitForTimeout(400);
    await page.screenshot({ path: path.join(folder, `${name}.${label}.png`) });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await page.close();
}

await mkdir(folder, { recursive: true });
await using opened = await openBrowser();
await using fixture = base === 'fixture' ? await startFixture() : undefined;
const origin = fixture?.url ?? new URL(base).origin;
let storage: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
for (const language of ['en', 'ko'] as const) {
  for (const scheme of ['light', 'dark'] as const) {
    const context = await opened.browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: language === 'ko' ? 'ko-KR' : 'en-GB',
      colorScheme: scheme,
      reducedMotion: 'reduce',
      ...(storage && { storageState: storage }),
    });
    await shoot(context, origin, `${language}.${scheme}`);
    // A link with a ticket opens the page once: later contexts come with the cookie that it gave.
    storage = { ...(await context.storageState()), origins: [] };
    await context.close();
  }
}
