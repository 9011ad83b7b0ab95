import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { dismissedDrops } from '../../../src/main/features/inbox/inbox-rows.ts';
import { openFakeS3 } from '../datasets/support/fake-s3.ts';
import { openSetting } from '../datasets/support/setting.ts';

const program = path.join(import.meta.dirname, 'support', 'dismisser.ts');

test('killed at any step, a dismissal or its end is there or not, and is done again harmlessly', async () => {
  await using server = await openFakeS3(new Map([['pets/cat/0.png', Buffer.of(1)]]));
  await using setting = await openSetting();
  const run = async (verb: 'dismiss' | 'restore', failpoint: string) => {
    const args = [
      '--no-warnings',
      program,
      setting.databaseUrl,
      JSON.stringify(server.endpoint),
      verb,
      'pets',
    ];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(said);
    return [signal ?? code, (await dismissedDrops(setting.db, ['pets'])).size];
  };
  expect(await run('dismiss', 'inbox.dismiss.before')).toEqual(['SIGKILL', 0]);
  expect(await run('dismiss', 'inbox.dismiss.after')).toEqual(['SIGKILL', 1]);
  expect(await run('dismiss', '')).toEqual([0, 1]);
  expect(await run('restore', 'inbox.restore.before')).toEqual(['SIGKILL', 1]);
  expect(await run('restore', 'inbox.restore.after')).toEqual(['SIGKILL', 0]);
  expect(await run('restore', '')).toEqual([0, 0]);
});
