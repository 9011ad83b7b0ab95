import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { processUse } from '../support/processes.ts';

const withoutProcesses = process.platform === 'linux' ? null : 'wake-ups are counted by /proc';
if (withoutProcesses) console.info(`skipped: an idle engine: ${withoutProcesses}`);

const quietMs = 8000;
const watchedMs = 10_000;
/** Timers of five seconds and more, and the answers that they ask for. A timer of 100 ms would make ten. */
const mostWaitsASecond = 8;

/** Notes the delay of each timer that fires between two signals, with where it was set. */
const preload = `
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { syncBuiltinESMExports } from 'node:module';
import { writeFileSync } from 'node:fs';
let fired = null;
const note = (ms, at) => { if (fired && !(ms >= 5000)) fired.push(ms + ' ms' + at); };
const here = () => String(new Error().stack).split('\\n').slice(3, 6).join(' ');
for (const name of ['setTimeout', 'setInterval']) {
  const real = timers[name];
  const noting = (work, ms, ...rest) => { const at = here(); return real((...given) => { note(ms, at); work(...given); }, ms, ...rest); };
  Object.defineProperties(noting, Object.getOwnPropertyDescriptors(real));
  timers[name] = globalThis[name] = noting;
}
const wait = promises.setTimeout;
promises.setTimeout = (ms, ...rest) => { const at = here(); return wait(ms, ...rest).finally(() => note(ms, at)); };
syncBuiltinESMExports();
process.on('SIGUSR2', () => {
  if (fired) writeFileSync(process.env.TRAINYARD_TEST_TIMERS, JSON.stringify(fired));
  fired = fired ? null : [];
});`;

test.skipIf(withoutProcesses)(
  'an engine that has nothing to do has no timer under five seconds, and sleeps',
  async () => {
    await using state = await preparedHome();
    const file = path.join(path.dirname(state.home), 'timers.json');
    await using engine = await startEngine(state.home, ['--no-sample'], {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}`,
      TRAINYARD_TEST_TIMERS: file,
    });
    await new Promise((resolve) => setTimeout(resolve, quietMs));
    engine.process.kill('SIGUSR2');
    const before = processUse(engine.pid);
    await new Promise((resolve) => setTimeout(resolve, watchedMs));
    const after = processUse(engine.pid);
    engine.process.kill('SIGUSR2');
    const fired: string[] = await waitFor('the timers', async () => {
      try {
        return JSON.parse(await readFile(file, 'utf8'));
      } catch {
        return null;
      }
    });
    expect(fired).toEqual([]);
    const waits = (after?.waits ?? Number.NaN) - (before?.waits ?? 0);
    expect(waits / (watchedMs / 1000)).toBeLessThan(mostWaitsASecond);
  },
  60_000,
);
