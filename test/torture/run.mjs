// `npm run test:torture`: every failpoint in a life of its own, and 20 SIGKILLs of each process (TRAINYARD_TORTURE_KILLS, TRAINYARD_TORTURE_SEED), a full disk at each step (TRAINYARD_TORTURE_DISK).
import { spawn } from 'node:child_process';
import { ensureBuilt } from '../../bin/build.mjs';

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/torture', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: {
      TRAINYARD_TORTURE_KILLS: '20',
      TRAINYARD_TORTURE_DISK: 'all',
      TRAINYARD_TORTURE_FAILPOINTS_PER_LIFE: '1',
      ...process.env,
    },
  },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
