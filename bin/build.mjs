// Builds what is stale into out/. `node bin/build.mjs` builds everything; bin/start.mjs calls `ensureBuilt`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './find-node.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const common = ['src/shared', 'package-lock.json', 'tsconfig.json'];

/** What each part is made from, and the command that makes it. */
const parts = {
  node: {
    sources: [...common, 'src/main', 'resources/trainers', 'vite.node.config.ts'],
    command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.node.config.ts'],
  },
  // What Temporal's worker runs; loaded only where a profile has Temporal.
  workflows: {
    sources: [
      'package-lock.json',
      'bin/bundle-workflows.mjs',
      'src/main/features/runs/temporal/run-workflow.ts',
      'src/main/features/runs/temporal/protocol.ts',
    ],
    command: ['bin/bundle-workflows.mjs'],
  },
  desktop: {
    sources: [
      ...common,
      'src/renderer',
      'src/preload',
      'src/main/shell',
      'src/main/index.ts',
      'electron.vite.config.ts',
      'page-build.config.ts',
    ],
    command: ['node_modules/electron-vite/bin/electron-vite.js', 'build'],
  },
};

async function filesOf(entry) {
  const absolute = path.join(root, entry);
  let children;
  try {
    children = await readdir(absolute, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [entry];
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  const nested = await Promise.all(
    children.map((child) => {
      const inside = path.join(entry, child.name);
      return child.isFile() ? [inside] : filesOf(inside);
    }),
  );
  return nested.flat();
}

const listOf = async (sources) => (await Promise.all(sources.map(filesOf))).flat().sort();

/** Of a file's name, size and time of its last change: reading every source takes longer than most commands do. */
async function glanceAt(files) {
  const states = await Promise.all(files.map((file) => lstat(path.join(root, file))));
  const hash = createHash('sha256');
  for (const [index, { size, ctimeMs }] of states.entries())
    hash.update(`${files[index]}\0${size}\0${ctimeMs}\0`);
  return hash.digest('hex');
}

async function stampOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(path.join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(findNode(), command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command.join(' ')} ended with ${code}:\n${output}`)),
    );
  });
}

async function readOrEmpty(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * Builds every part whose sources changed since it was built. Two builds at once do the same work and end with the same files.
 * @param {{only?: string[], onBuild?: (part: string) => void}} [options]
 * @returns {Promise<string[]>} the parts that were built
 */
export async function ensureBuilt({ only = Object.keys(parts), onBuild } = {}) {
  // An installed application carries its build and no sources.
  if ((await filesOf('vite.node.config.ts')).length === 0) return [];
  const built = [];
  for (const name of only) {
    const { sources, command } = parts[name];
    const stampFile = path.join(root, 'out', `${name}.stamp`);
    const files = await listOf(sources);
    const glance = await glanceAt(files);
    const [oldStamp, oldGlance] = (await readOrEmpty(stampFile)).split('\n');
    if (oldGlance === glance) continue;
    const stamp = await stampOf(files);
    if (oldStamp !== stamp) {
      onBuild?.(name);
      await rm(stampFile, { force: true });
      await run(command);
      await mkdir(path.dirname(stampFile), { recursive: true });
      built.push(name);
    }
    await writeFile(stampFile, `${stamp}\n${glance}`);
  }
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await ensureBuilt({ onBuild: (name) => process.stderr.write(`building ${name}\n`) });
  if (built.length === 0) process.stderr.write('everything is built\n');
}
