// The tests of what is written in Python, the torch trainer and the package for scripts, in a Python that has what it needs. `TRAINYARD_TEST_PYTHON` names one, else it is the system's.
import { spawnSync } from 'node:child_process';

const modules = [
  'torch',
  'torchvision',
  'timm',
  'transformers',
  'onnx',
  'onnxruntime',
  'pycocotools',
  'scipy',
  'pytest',
];

/** A Python that can test the torch trainer, or why there is none. */
function pythonForTorch() {
  const named = process.env.TRAINYARD_TEST_PYTHON;
  const python = named || 'python3';
  const script = `import importlib.util as u; print(' '.join(m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None))`;
  const { status, stdout, error } = spawnSync(python, ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  if (error || status !== 0) return { reason: `${python} does not run` };
  const missing = stdout.trim();
  if (missing === '') return { python };
  return { reason: `${named ? 'TRAINYARD_TEST_PYTHON' : python} has no ${missing.split(' ').join(', ')}` };
}

const found = pythonForTorch();
if ('reason' in found) {
  console.error(`The torch trainer cannot be tested here: ${found.reason}.`);
  process.exit(1);
}
// One thread for each process: several of them share the machine's processors.
const chosen = process.argv.slice(2);
// Names of tests are the torch trainer's.
const folders = chosen.length > 0 ? ['trainers/torch'] : ['python/trainyard', 'trainers/torch'];
for (const folder of folders) {
  const { status } = spawnSync(found.python, ['-m', 'pytest', ...chosen], {
    cwd: `resources/${folder}`,
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
// Scripts of tools that nothing else here needs: those that are there.
if (chosen.length === 0) {
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/sidecar/real-scripts.test.ts'],
    { env: { ...process.env, TRAINYARD_TEST_PYTHON: found.python }, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = status ?? 1;
}
