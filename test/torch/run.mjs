// The torch trainer's own tests, in a Python that has what it needs. `TRAINYARD_TEST_PYTHON` names one, else it is the system's.
import { spawnSync } from 'node:child_process';
import { pythonForTorch } from './python.mjs';

const found = pythonForTorch();
if ('reason' in found) {
  console.error(`The torch trainer cannot be tested here: ${found.reason}.`);
  process.exit(1);
}
// One thread for each process: several of them share the machine's processors.
const { status } = spawnSync(found.python, ['-m', 'pytest', ...process.argv.slice(2)], {
  cwd: 'resources/trainers/torch',
  env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
  stdio: 'inherit',
});
process.exit(status ?? 1);
