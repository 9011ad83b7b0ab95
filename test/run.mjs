// `npm test`: every tier that this machine can run, then the slowest tests and a table of what ran and what was skipped and why.
// `npm test -- NAME…`: the tiers whose names begin with one of these, and the tests at those that are paths (test/cli).
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from '../bin/build.mjs';

const vitest = (...args) => ['node_modules/vitest/vitest.mjs', 'run', ...args];

/** Null where the tier can run here, else why not. */
const withoutElectron = () => {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!dist || !existsSync(path.join(dist, 'electron')))
    return 'no Electron binary (ELECTRON_OVERRIDE_DIST_PATH names none)';
  if (!process.env.DISPLAY && !['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'].some(existsSync))
    return 'no display and no Xvfb';
  return null;
};

const withoutDocker = () => {
  try {
    execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], {
      stdio: 'ignore',
      timeout: 10_000,
    });
    return null;
  } catch {
    return 'no Docker Engine answers here';
  }
};

const tiers = [
  { name: 'lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  {
    name: 'imports',
    command: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'resources/trainers',
    ],
  },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'browser APIs', command: ['test/browser-apis/check.ts'] },
  { name: 'unused', command: ['node_modules/knip/bin/knip.js'] },
  {
    name: 'unit and integration',
    command: vitest('--exclude', 'test/{e2e,ui,desktop,torture,stack,features/runs/temporal}/**'),
  },
  { name: 'browser', command: vitest('test/ui', 'test/e2e') },
  { name: 'torture (short)', command: vitest('test/torture') },
  { name: 'stack', command: vitest('test/stack', 'test/features/runs/temporal'), skip: withoutDocker },
  { name: 'desktop', command: vitest('test/desktop'), skip: withoutElectron },
];

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const folder = mkdtempSync(path.join(tmpdir(), 'trainyard-tests-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const slowestShown = 20;
/** Every test that was run, but for those that were repeated: name, file, tier and milliseconds. */
const durations = [];

/** Runs vitest and answers what it reported, which tests failed (by file) and how many were skipped; null where it never got as far as to say. */
async function runTests(command, report) {
  const code = await run([
    ...command,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return { code, results: [], files: null, failures: [], skipped: 0 };
  const { testResults, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.filter(({ status }) => status === 'failed');
  const failures = failed.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    const file = path.relative(process.cwd(), name);
    return tests.length === 0
      ? [`${file}: ${message}`]
      : tests.map((one) => `${file} > ${one.fullName}\n${(one.failureMessages[0] ?? '').slice(0, 1500)}`);
  });
  return {
    code,
    results: testResults,
    files: failed.map(({ name }) => name),
    failures,
    skipped: numPendingTests,
  };
}

/**
 * A tier of tests. Files that fail are run once more, one after the other: what a busy machine's timeouts did is then told from what
 * is broken, and both are said.
 */
async function runTier({ name, command }) {
  if (!command[0].includes('vitest')) return { code: await run(command), notes: [], failures: [] };
  const slug = name.replaceAll(/\W+/g, '-');
  const first = await runTests(command, path.join(folder, `${slug}.json`));
  for (const { name: file, assertionResults } of first.results)
    for (const { fullName, duration } of assertionResults)
      if (duration)
        durations.push({ tier: name, file: path.relative(process.cwd(), file), fullName, duration });
  const notes = first.skipped > 0 ? [`${first.skipped} tests skipped, for the reasons printed above`] : [];
  if (first.code === 0 || !first.files || first.files.length === 0) return { ...first, notes };
  console.log(`\n── ${name}: ${first.files.length} files failed; once more, alone`);
  const alone = [...vitest(...first.files), '--no-file-parallelism'];
  const second = await runTests(alone, path.join(folder, `${slug}-again.json`));
  if (second.code === 0) notes.push(`UNSTEADY, passed only alone:\n${first.failures.join('\n')}`);
  return { code: second.code, notes, failures: second.failures };
}

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const wanted = process.argv.slice(2);
const paths = wanted.filter((word) => existsSync(word));
const chosen =
  wanted.length === 0 ? tiers : tiers.filter(({ name }) => wanted.some((word) => name.startsWith(word)));
if (paths.length > 0) chosen.push({ name: paths.join(' '), command: vitest(...paths) });
if (chosen.length === 0) {
  console.error(
    `Nothing is named ${wanted.join(', ')}. Tiers: ${tiers.map(({ name }) => name).join(', ')}; or a path.`,
  );
  process.exit(2);
}
/** The tests that took longest, of all tiers together. */
function printSlowest() {
  const slowest = durations.toSorted((one, other) => other.duration - one.duration).slice(0, slowestShown);
  if (slowest.length === 0) return;
  const whole = durations.reduce((sum, { duration }) => sum + duration, 0);
  const seconds = (ms) => (ms / 1000).toFixed(1).padStart(7);
  console.log(`\nSeconds  The slowest of ${durations.length} tests (${Math.round(whole / 1000)} s together)`);
  for (const { tier, file, fullName, duration } of slowest)
    console.log(`${seconds(duration)}  ${file} > ${fullName} (${tier})`);
}

const rows = [];
for (const tier of chosen) {
  const { name, skip } = tier;
  const reason = skip?.() ?? null;
  if (reason) {
    rows.push({ name, state: 'skipped', note: reason, failures: [] });
    continue;
  }
  console.log(`\n── ${name}`);
  const began = Date.now();
  const { code, notes, failures } = await runTier(tier);
  const note = [`${Math.round((Date.now() - began) / 1000)} s`, ...notes].join('; ');
  rows.push({ name, state: code === 0 ? 'passed' : 'failed', note, failures });
}
printSlowest();
// Last, so that the end of a log is enough to see what is wrong.
for (const { name, failures } of rows)
  for (const failure of failures) console.log(`\nFAILED in ${name}: ${failure}`);
console.log('\nTier                      State    ');
for (const { name, state, note } of rows) console.log(`${name.padEnd(25)} ${state.padEnd(8)} ${note}`);
const count = (state) => rows.filter((row) => row.state === state).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') > 0 ? 1 : 0;
