import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { preparedHome } from '../support/prepared-home.ts';

const checkout = path.resolve(import.meta.dirname, '..', '..');

/** The engine's program, with a UI that a build has not finished. */
async function installIn(folder: string): Promise<string> {
  await cp(path.join(checkout, 'out', 'node'), path.join(folder, 'out', 'node'), {
    recursive: true,
    filter: (file) => !file.endsWith('.map'),
  });
  await cp(path.join(checkout, 'package.json'), path.join(folder, 'package.json'));
  for (const name of ['migrations', 'resources', 'node_modules'])
    await symlink(path.join(checkout, name), path.join(folder, name));
  const renderer = path.join(folder, 'out', 'renderer');
  await mkdir(path.join(renderer, 'assets'), { recursive: true });
  await writeFile(path.join(renderer, 'assets', 'entry.js'), '');
  return path.join(folder, 'out', 'node', 'cli.js');
}

test('an engine whose UI is half built serves all the rest, and every address of the UI says what is missing and how to build it', async () => {
  await using place = await preparedHome();
  const { home } = place;
  const folder = path.join(path.dirname(home), 'installed');
  const program = await installIn(folder);
  const child = spawn(findNode(), [program, 'serve', '--port', '0', '--json', '--no-sample'], {
    env: { ...process.env, TRAINYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      ended.then(([code]) => Promise.reject(new Error(`the engine ended with ${code}`))),
    ]);
    const { url, token }: { url: string; token: string } = JSON.parse(String(line));
    const index = path.join(folder, 'out', 'renderer', 'index.html');
    const missing = {
      status: 404,
      code: 'UI_NOT_BUILT',
      message: `The UI is not built: ${index} cannot be read (ENOENT)`,
      data: {
        hint: expect.stringContaining('npm run build'),
        place: { file: index },
        parameters: { file: index, cause: 'ENOENT' },
      },
    };
    for (const address of ['/', '/runs/some'])
      expect(await (await fetch(url + address)).json(), address).toEqual(missing);
    const api = await fetch(`${url}/api/v1/projects`, { headers: { authorization: `Bearer ${token}` } });
    expect(await api.json()).toEqual({ projects: [], next: null, total: 0 });

    await rm(path.dirname(index), { recursive: true });
    expect(await (await fetch(url)).json()).toMatchObject({ code: 'UI_NOT_BUILT' });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
