import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath(): string | null {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const candidate = path.join(folder, name);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
    }
  }
  return null;
}

/** Unpacked once, not for each run of tests. */
const npmFolder = () =>
  path.join(process.env.TRAINYARD_TEST_KEPT ?? os.tmpdir(), `trainyard-browser-${os.userInfo().uid}`);

/** The fonts of the machine and those that the browser from npm brings: its own settings look for them in fixed places, and none is found. */
async function writeFontSettings(folder: string): Promise<string> {
  const file = path.join(folder, 'fonts.conf');
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', path.join(npmFolder(), 'fonts')];
  const lines = folders.map((one) => `<dir>${one}</dir>`).join('');
  const cache = `<cachedir>${path.join(folder, 'fonts-cache')}</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?><fontconfig>${lines}${cache}</fontconfig>`);
  return file;
}

/** The browser that comes from npm; it unpacks to the temporary folder, which each user needs one of. */
async function fromNpm(): Promise<{ executablePath: string; args: string[] }> {
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const own = npmFolder();
  await mkdir(own, { recursive: true, mode: 0o700 });
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = own;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return {
      executablePath: await packed.executablePath(),
      args: [
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    };
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
  }
}

export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/**
 * A headless Chromium: TRAINYARD_CHROMIUM, one on the PATH, or the one from npm. It closes with its scope, and what it wrote goes with it.
 * @param environment variables that differ from this process's, such as the system's language
 * @throws where none can be started
 */
export async function openBrowser(environment: NodeJS.ProcessEnv = {}): Promise<OpenBrowser> {
  const installed = process.env.TRAINYARD_CHROMIUM ?? onPath();
  const { executablePath, args } =
    installed === null ? await fromNpm() : { executablePath: installed, args: [] };
  const profile = await mkdtemp(path.join(os.tmpdir(), 'trainyard-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage', ...args],
    env: {
      ...process.env,
      ...environment,
      TMPDIR: profile,
      FONTCONFIG_FILE: await writeFontSettings(profile),
    },
  });
  return {
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
