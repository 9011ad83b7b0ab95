// `npm run test:train`: the trainings in containers with as many images and epochs as it takes to learn, killed and resumed, beside an
// environment, and broken (an hour or so on two cores).
import { spawn } from 'node:child_process';
import { ensureBuilt } from '../../bin/build.mjs';

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const child = spawn(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    // One file after another: each training wants all processors.
    '--no-file-parallelism',
    'test/stack/train-in-containers.test.ts',
    'test/stack/resumed-trainings.test.ts',
    'test/stack/executors-agree.test.ts',
    'test/stack/broken-trainings.test.ts',
    'test/stack/pretrained-weights.test.ts',
    'test/features/predictions/torch.test.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, TRAINYARD_TEST_TRAIN: 'full' } },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
