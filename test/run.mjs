// `npm test`: every tier that this machine can run, then the slowest tests and a table of what ran and what was skipped and why.
// `npm test -- NAME…`: the tiers whose names begin with one of these, and the tests at those that are paths (test/cli).
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
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

let isStopped = false;

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: 'inherit' });
    const pass = () => child.kill('SIGTERM');
    process.on('SIGTERM', pass);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGTERM', pass);
      resolve(code ?? 1);
    });
  });
}

// Whoever stops the run: the tier that is under way ends by it (Ctrl-C reaches it by the terminal), and what was written is cleared away.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => {
    isStopped = true;
  });

/** Runs a check of the sources to its end; answers what it printed, and how long it took. */
async function runCheck(command) {
  const began = Date.now();
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  return { code: code ?? 1, output: Buffer.concat(output), milliseconds: Date.now() - began };
}

const enoughBytes = 4 * 1024 ** 3;

/** A folder in memory, where this machine has room for one that programs may be started from; else null. */
function folderInMemory() {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return null;
  const { bsize, bavail } = statfsSync(memory);
  if (Math.min(bsize * bavail, freemem()) < enoughBytes) return null;
  const made = mkdtempSync(path.join(memory, 'trainyard-tests-'));
  const program = path.join(made, 'program');
  try {
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    execFileSync(program);
    rmSync(program);
    // As the system's own: tests run as other users too.
    chmodSync(made, 0o1777);
    return made;
  } catch {
    rmSync(made, { recursive: true, force: true });
    return null;
  }
}

// A test's databases and state folders are flushed as a person's are, and last a minute: in memory that waits for no disk.
const inMemory = process.env.TMPDIR ? null : folderInMemory();
if (inMemory) {
  process.env.TRAINYARD_TEST_KEPT = tmpdir();
  process.env.TMPDIR = inMemory;
}
const folder = mkdtempSync(path.join(tmpdir(), 'trainyard-tests-'));
process.on('exit', () => rmSync(inMemory ?? folder, { recursive: true, force: true, maxRetries: 5 }));

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
  const slug = name.replaceAll(/\W+/g, '-').slice(0, 60);
  const first = await runTests(command, path.join(folder, `${slug}.json`));
  for (const { name: file, assertionResults } of first.results)
    for (const { fullName, duration } of assertionResults)
      if (duration)
        durations.push({ tier: name, file: path.relative(process.cwd(), file), fullName, duration });
  if (isStopped) return { code: 1, notes: ['stopped'], failures: [] };
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

const isCheck = ({ command }) => !command[0].includes('vitest');
// They share nothing: all at once, and each has its say in its turn.
const checks = new Map(chosen.filter(isCheck).map((tier) => [tier, runCheck(tier.command)]));
const rows = [];
for (const tier of chosen) {
  if (isStopped) break;
  const { name, skip } = tier;
  const reason = skip?.() ?? null;
  if (reason) {
    rows.push({ name, state: 'skipped', note: reason, failures: [] });
    continue;
  }
  console.log(`\n── ${name}`);
  const check = await checks.get(tier);
  if (check) {
    process.stdout.write(check.output);
    const note = `${Math.round(check.milliseconds / 1000)} s`;
    rows.push({ name, state: check.code === 0 ? 'passed' : 'failed', note, failures: [] });
    continue;
  }
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
process.exitCode = count('failed') > 0 || isStopped ? 1 : 0;
