// `npm run test:torture`: every failpoint in a life of its own, imports, snapshots, the stack's verbs and each statement of each revision killed at all of theirs (TRAINYARD_KILL_POINTS), and 20 SIGKILLs of each process (TRAINYARD_TORTURE_KILLS, TRAINYARD_TORTURE_SEED), a full disk at each step (TRAINYARD_TORTURE_DISK), 500 damaged snapshots (TRAINYARD_SNAPSHOT_MUTATIONS), and 50 that are made under load (TRAINYARD_SNAPSHOTS_UNDER_LOAD).
import { spawn } from 'node:child_process';
import { ensureBuilt } from '../../bin/build.mjs';

await ensureBuilt({ onBuild: (part) => console.log(`building ${part}`) });
const chosen =
  process.argv.length > 2
    ? ['test/torture', ...process.argv.slice(2)]
    : [
        'test/torture',
        'test/stores/snapshots/damage.test.ts',
        'test/stores/snapshots/under-load.test.ts',
        'test/stores/snapshots/kills.test.ts',
        'test/stores/destinations/bucket.test.ts',
        'test/features/datasets/kills.test.ts',
        'test/stack/verbs/kills.test.ts',
        'test/postgres/schema/kills.test.ts',
        'test/stack/upgrade.test.ts',
        'test/cli/upgrade.test.ts',
      ];
const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...chosen], {
  stdio: 'inherit',
  env: {
    TRAINYARD_TORTURE_KILLS: '20',
    TRAINYARD_TORTURE_DISK: 'all',
    TRAINYARD_SNAPSHOT_MUTATIONS: '500',
    TRAINYARD_SNAPSHOTS_UNDER_LOAD: '50',
    TRAINYARD_TORTURE_FAILPOINTS_PER_LIFE: '1',
    TRAINYARD_KILL_POINTS: 'all',
    ...process.env,
  },
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
