// `npm run test:soak`: an hour of 1,000 points a second with readers that come and go (TRAINYARD_SOAK_SECONDS).
import { spawn } from 'node:child_process';
import { ensureBuilt } from '../../bin/build.mjs';

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/soak'], {
  stdio: 'inherit',
  env: { TRAINYARD_SOAK_SECONDS: '3600', ...process.env },
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
