// `npm test`: every tier that this machine can run, then a table of what ran and what was skipped and why.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  { name: 'unused', command: ['node_modules/knip/bin/knip.js'] },
  { name: 'unit and integration', command: vitest('--exclude', 'test/{e2e,ui,desktop,torture}/**') },
  { name: 'browser', command: vitest('test/ui', 'test/e2e') },
  { name: 'torture (short)', command: vitest('test/torture') },
  { name: 'desktop', command: vitest('test/desktop'), skip: withoutElectron },
];

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const wanted = process.argv.slice(2);
const rows = [];
for (const { name, command, skip } of tiers) {
  if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word))) continue;
  const reason = skip?.() ?? null;
  if (reason) {
    rows.push({ name, state: 'skipped', note: reason });
    continue;
  }
  console.log(`\n── ${name}`);
  const began = Date.now();
  const code = await run(command);
  rows.push({
    name,
    state: code === 0 ? 'passed' : 'failed',
    note: `${Math.round((Date.now() - began) / 1000)} s`,
  });
}
console.log('\nTier                      State    ');
for (const { name, state, note } of rows) console.log(`${name.padEnd(25)} ${state.padEnd(8)} ${note}`);
const count = (state) => rows.filter((row) => row.state === state).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') > 0 ? 1 : 0;
