import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from '../../../../src/main/features/runs/outcome.ts';
import { startInRunCgroup } from '../../../../src/main/features/runs/supervisor/run-cgroup.ts';
import { exitRecordSchema } from '../../../../src/shared/model/run-directory.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const supervisor = path.resolve(
  import.meta.dirname,
  '../../../../src/main/features/runs/supervisor/supervisor.ts',
);
const onLinux = process.platform === 'linux';

/** Supervises a line of JavaScript until its end. */
async function supervised(folder: string, options: readonly string[], script: string) {
  const command = [supervisor, folder, ...options, '--', process.execPath, '-e', script];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (text) => {
    words += text;
  });
  await once(child, 'close');
  const exit = exitRecordSchema.parse(JSON.parse(await readFile(path.join(folder, 'exit.json'), 'utf8')));
  return { exit, words };
}

/** Whether this machine and user have cgroups with a limit of memory to give. */
const withMemoryLimits = await (async () => {
  if (!onLinux) return false;
  await using place = await temporaryFolder();
  const words = await new Promise<string>((resolve) => {
    const write = process.stderr.write;
    let said = '';
    process.stderr.write = (text) => {
      said += text;
      return true;
    };
    try {
      startInRunCgroup(place.folder, 2 ** 30, () => {});
    } finally {
      process.stderr.write = write;
    }
    resolve(said);
  });
  const record = path.join(place.folder, 'cgroup');
  if (existsSync(record))
    for (const folder of (await readFile(record, 'utf8')).split('\n')) rmdirSync(folder);
  return words === '';
})();
if (!withMemoryLimits) console.info('skipped limits of memory: this user has no cgroup with one to give');

const hungry = `
  const kept = [];
  for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
`;

test.runIf(withMemoryLimits)(
  'a trainer that needs more memory than it may have is ended, the cause is known, and its cgroups go',
  async () => {
    await using place = await temporaryFolder();
    const { exit } = await supervised(place.folder, ['--memory', String(200 * 1024 ** 2)], hungry);
    expect(exit).toMatchObject({ signal: 'SIGKILL', cause: 'signalled', outOfMemory: true });
    expect(outcomeOf(exit, null, [])).toMatchObject({ status: 'failed', cause: 'out_of_memory' });
    for (const folder of (await readFile(path.join(place.folder, 'cgroup'), 'utf8')).split('\n'))
      expect(existsSync(folder)).toBe(false);
  },
);

test.runIf(withMemoryLimits)(
  'one whose process was killed for memory failed of that, though it ended by itself',
  async () => {
    await using place = await temporaryFolder();
    const script = `
      const { spawnSync } = require('node:child_process');
      const { signal } = spawnSync(process.execPath, ['-e', ${JSON.stringify(hungry)}]);
      process.exit(signal === 'SIGKILL' ? 1 : 2);
    `;
    const { exit } = await supervised(place.folder, ['--memory', String(200 * 1024 ** 2)], script);
    expect(outcomeOf(exit, null, [])).toMatchObject({ status: 'failed', cause: 'out_of_memory' });
  },
);

test('one that was killed, and not for memory, was ended by the signal', async () => {
  await using place = await temporaryFolder();
  const { exit } = await supervised(
    place.folder,
    ['--memory', String(2 ** 30)],
    "process.kill(process.pid, 'SIGKILL')",
  );
  expect(exit.outOfMemory).toBeUndefined();
  expect(outcomeOf(exit, null, [])).toMatchObject({ cause: 'signalled' });
});

test.runIf(onLinux)('a trainer and what it starts give way to whoever works at the machine', async () => {
  await using place = await temporaryFolder();
  const script = `
    const { execFileSync } = require('node:child_process');
    const os = require('node:os');
    console.log(os.getPriority(), execFileSync('nice', { encoding: 'utf8' }).trim());
  `;
  await supervised(place.folder, ['--nice', '7'], script);
  expect(await readFile(path.join(place.folder, 'stdout.log'), 'utf8')).toBe('7 7\n');
});
