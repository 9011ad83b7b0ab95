import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { openHome } from '../../src/main/platform/home.ts';
import { prepareBinaries } from '../../src/main/postgres/embedded/binaries.ts';
import { writeConfiguration } from '../../src/main/postgres/embedded/configuration.ts';
import { copiesFolder, locate } from '../../src/main/postgres/embedded/location.ts';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { makeHome } from '../postgres/embedded/support.ts';
import { cliFile, cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !/[\w/]/.test(character),
);
/** No system's folders need them, and line-wise files such as PostgreSQL's `postmaster.pid` cannot hold them. */
const controls = [...Array.from({ length: 31 }, (_, index) => index + 1), 0x7f, 0x80, 0x85, 0x9f].map(
  (code) => String.fromCharCode(code),
);
const shown = (text: string) => JSON.stringify(text).replace('\x7f', '\\u007f');

describe.skipIf(isWindows)('the path of a state folder', () => {
  test('an engine works in a folder whose name has every printable character that is no letter', async () => {
    await using around = await temporaryHome();
    const all = printable.join('');
    const home = path.join(path.dirname(around.home), `${all}\\n`);
    await using _ = await startEngine(home);
    await cliJson(home, ['project', 'create', 'demo']);
    expect(await cliJson(home, ['project', 'list'])).toMatchObject({ projects: [{ name: 'demo' }] });
  });

  test('PostgreSQL reads back its socket folder from the settings, whatever printable character is in it', async () => {
    await using place = await makeHome();
    const user = serverUser();
    mkdirSync(place.home, { mode: 0o700 });
    const location = locate(place.home, user);
    const { postgres } = prepareBinaries(copiesFolder(place.home, user), user);
    for (const character of [...printable, '한', 'é', '😀', '\u202e']) {
      const socketDirectory = `/tmp/a${character}b${character}`;
      writeConfiguration({ ...location, socketDirectory }, null, user);
      const argv = [
        '-C',
        'unix_socket_directories',
        `--config-file=${location.configuration}`,
        '-D',
        place.home,
      ];
      const { stdout } = await run(postgres, argv);
      expect(stdout, shown(character)).toBe(`"${socketDirectory.replaceAll('"', '""')}"\n`);
    }
  });

  test('one with a control character is refused before anything is made', async () => {
    await using place = await makeHome();
    for (const character of controls) {
      const home = path.join(place.folder, `a${character}b`);
      expect(() => openHome(home), shown(character)).toThrow(
        expect.objectContaining({ code: 'HOME_PATH_UNSUITED' }),
      );
      expect(existsSync(home)).toBe(false);
    }
  });

  test('a folder whose bytes are no UTF-8, which has a line break, or whose path is too long is refused by every command and found by the doctor', async () => {
    await using around = await temporaryHome();
    const folder = path.dirname(around.home);
    const long = `${folder}/${Array.from({ length: 8 }, () => 'long'.repeat(50)).join('/')}`;
    for (const [bytes, command] of [
      [`${folder}/caf\\351`, 'serve --port 0'],
      [`${folder}/two\\nlines`, 'project list'],
      [long, 'profile show'],
    ]) {
      for (const args of [command, 'doctor']) {
        // The system's names are bytes, which only a shell's variable can carry here.
        const script = `export TRAINYARD_HOME="$(printf '${bytes}')"; exec "$0" "$1" ${args} --json`;
        const { stdout } = await run('/bin/sh', ['-c', script, findNode(), cliFile]).catch(
          (error: { stdout: string }) => error,
        );
        expect(stdout, `${bytes} ${args}`).toContain('HOME_PATH_UNSUITED');
      }
    }
    expect((await run('ls', ['-A', folder])).stdout).toBe('');
  });

  test('the longest path that is taken is one that an engine works in', async () => {
    await using around = await temporaryHome();
    const folder = path.dirname(around.home);
    const room = 400 - Buffer.byteLength(folder);
    const home = path.join(
      folder,
      ...(`${'x'.repeat(199)}/`
        .repeat(4)
        .slice(0, room - 1)
        .match(/[^/]+/g) ?? []),
    );
    expect(Buffer.byteLength(home)).toBe(400);
    await using engine = await startEngine(home);
    expect(statSync(path.join(home, 'engine.json')).isFile()).toBe(true);
    await engine.stop();
    const { code, stdout } = await runCli(`${home}x`, ['project', 'list', '--json']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('HOME_PATH_UNSUITED'),
    });
  });
});
