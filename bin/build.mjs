// Builds what is stale into out/. `node bin/build.mjs` builds everything; bin/start.mjs calls `ensureBuilt`.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// An import would read all that the module has, and load streams and promises with it: 6 ms of each command.
const fs = createRequire(import.meta.url)('node:fs');
const { existsSync, lstatSync, readdirSync, readFileSync } = fs;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const common = ['src/shared', 'package-lock.json', 'tsconfig.json'];

function buildForNode(mode) {
  return ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.node.config.ts', '--mode', mode];
}

/** What each part is made from, the commands that make it, and a file that is there when it was made. */
const parts = {
  node: {
    sources: [
      ...common,
      'src/main',
      'resources/trainers',
      'resources/stack',
      'vite.node.config.ts',
      'bin/load-as-needed.mjs',
    ],
    program: 'out/node/cli.js',
    commands: [buildForNode('helpers'), buildForNode('cli')],
  },
  // What Temporal's worker runs; loaded only where a profile has Temporal.
  workflows: {
    sources: [
      'package-lock.json',
      'bin/bundle-workflows.mjs',
      'src/main/features/runs/temporal/run-workflow.ts',
      'src/main/features/runs/temporal/protocol.ts',
    ],
    program: 'out/node/workflows.js',
    commands: [['bin/bundle-workflows.mjs']],
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
    program: 'out/renderer/index.html',
    commands: [['node_modules/electron-vite/bin/electron-vite.js', 'build']],
  },
};

/** The files of a file or a folder. At once, not by promises: those take four times as long, and each command waits for it. */
function filesOf(entry) {
  try {
    return readdirSync(path.join(root, entry), { withFileTypes: true }).flatMap((child) =>
      child.isDirectory() ? filesOf(`${entry}/${child.name}`) : `${entry}/${child.name}`,
    );
  } catch (error) {
    if (error.code === 'ENOTDIR') return [entry];
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Each file's size and time of its last change: to read every source takes longer than most commands do. */
function glanceAt(files) {
  const states = files.map((file) => {
    const { size, ctimeMs } = lstatSync(`${root}/${file}`);
    return `${file} ${size} ${ctimeMs}`;
  });
  return states.join('\n');
}

async function stampOf(files) {
  // Loaded where something is built, as what starts a process: most commands find everything built.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await fs.promises.readFile(path.join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

async function run(command) {
  const [{ spawn }, { findNode }] = await Promise.all([
    import('node:child_process'),
    import('./find-node.mjs'),
  ]);
  await new Promise((resolve, reject) => {
    const child = spawn(findNode(), command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command.join(' ')} ended with ${code}:\n${output}`)),
    );
  });
}

/**
 * Builds every part whose sources changed since it was built. Two builds at once do the same work and end with the same files.
 * @param {{only?: string[], onBuild?: (part: string) => void | Promise<void>}} [options]
 * @returns {Promise<string[]>} the parts that were built
 */
export async function ensureBuilt({ only = Object.keys(parts), onBuild } = {}) {
  // An installed application carries its build and no sources.
  if (!existsSync(path.join(root, 'vite.node.config.ts'))) return [];
  const built = [];
  for (const name of only) {
    const { sources, commands, program } = parts[name];
    const stampFile = path.join(root, 'out', `${name}.stamp`);
    const files = sources.flatMap(filesOf).sort();
    const glance = glanceAt(files);
    const isThere = existsSync(stampFile) && existsSync(path.join(root, program));
    const old = isThere ? readFileSync(stampFile, 'utf8') : '';
    const endOfStamp = old.indexOf('\n');
    if (isThere && old.slice(endOfStamp + 1) === glance) continue;
    const stamp = await stampOf(files);
    if (old.slice(0, Math.max(0, endOfStamp)) !== stamp) {
      await onBuild?.(name);
      await fs.promises.rm(stampFile, { force: true });
      for (const command of commands) await run(command);
      await fs.promises.mkdir(path.dirname(stampFile), { recursive: true });
      built.push(name);
    }
    await fs.promises.writeFile(stampFile, `${stamp}\n${glance}`);
  }
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await ensureBuilt({ onBuild: (name) => process.stderr.write(`building ${name}\n`) });
  if (built.length === 0) process.stderr.write('everything is built\n');
}
