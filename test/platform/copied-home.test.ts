import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
if (!isRoot)
  console.info('skipped: copies of state folders, because only root’s PostgreSQL has an account of its own');

test.skipIf(!isRoot)(
  'a state folder that root copied to where PostgreSQL’s account cannot go says so by every start and by the doctor; let through, it has all its data',
  async () => {
    await using place = await temporaryHome();
    await using first = await startEngine(place.home);
    await cliJson(place.home, ['project', 'create', 'demo']);
    await first.stop();
    const closed = path.join(path.dirname(place.home), 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const copy = path.join(closed, 'copy');
    // Without -a, as most people copy: all of it is root's then, PostgreSQL's data too.
    cpSync(place.home, copy, { recursive: true });

    /** By a start in the foreground, by one in the background, and by the doctor. */
    const everybodySays = async (error: { code: string; message: string; hint: string }) => {
      for (const args of [
        ['serve', '--port', '0'],
        ['project', 'list'],
      ]) {
        const { code, stdout } = await runCli(copy, [...args, '--json']);
        expect({ code, ...JSON.parse(stdout) }, args[0]).toMatchObject({
          code: 1,
          error: {
            code: error.code,
            message: expect.stringContaining(error.message),
            hint: expect.stringContaining(error.hint),
          },
        });
      }
      expect((await runCli(copy, ['doctor', '--json'])).stdout).toContain(error.code);
    };
    await everybodySays({
      code: 'POSTGRES_FOLDER_CLOSED',
      message: `${closed} is closed to it`,
      hint: `chmod o+x ${closed}`,
    });

    await chmod(closed, 0o711);
    const data = path.join(copy, 'postgres', 'data');
    const name = serverUser()?.name ?? '';
    await everybodySays({
      code: 'POSTGRES_DATA_OWNER',
      message: `PostgreSQL runs under ${name}`,
      hint: `chown -R ${name}: ${data}`,
    });
    await promisify(execFile)('chown', ['-R', `${name}:`, data]);
    await chmod(data, 0o755);
    expect(await runCli(copy, ['serve', '--port', '0'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`chmod -R go-rwx ${data}`),
    });
    await chmod(data, 0o700);

    await using again = await startEngine(copy);
    expect(await cliJson(copy, ['project', 'list'])).toMatchObject({ projects: [{ name: 'demo' }] });
    await again.stop();
  },
);
