import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { cliFile, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// undici takes as long to load as all the rest of a command, the others 2 to 10 ms; one import, or one name of a class, is enough.
const unwanted = /undici|tls|NativeModule (crypto|child_process|readline|zlib)$|webstreams/;

test('a command that asks the engine loads no part of Node that takes long and that it does not need', async () => {
  await using place = await preparedHome();
  await using _engine = await startEngine(place.home);
  await using aside = await temporaryFolder();
  const list = path.join(aside.folder, 'modules.json');
  const program = path.join(aside.folder, 'modules.mjs');
  await writeFile(
    program,
    `import { writeFileSync } from 'node:fs';
    process.on('exit', () => writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList)));`,
  );
  await promisify(execFile)(findNode(), [cliFile, 'runs', 'list', '--json'], {
    env: { ...process.env, TRAINYARD_HOME: place.home, NODE_OPTIONS: `--import=${program}` },
  });
  const modules: string[] = JSON.parse(await readFile(list, 'utf8'));
  expect(modules).toContain('NativeModule http');
  expect(modules.filter((name) => unwanted.test(name))).toEqual([]);
});

/** Files of the build that the start of an engine imports; what they import late counts where it is a step of the start. */
async function filesOfStart(): Promise<readonly string[]> {
  const steps = /\/(program|serve|start|engine)-[^/]+\.js$/;
  const found = new Set<string>();
  const follow = async (file: string): Promise<void> => {
    if (found.has(file)) return;
    found.add(file);
    const text = await readFile(file, 'utf8');
    const imports = text.matchAll(/^(?:im|ex)port [^"]*?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm);
    for (const [, at, late] of imports) {
      if (at) await follow(path.resolve(path.dirname(file), at));
      else if (late && steps.test(late)) await follow(path.resolve(path.dirname(file), late));
    }
  };
  await follow(cliFile);
  return [...found].map((file) => path.basename(file).replace(/-.{8}\.js$/, ''));
}

test('an engine starts without the contract, and without what answers requests', async () => {
  const files = await filesOfStart();
  expect(files).toEqual(expect.arrayContaining(['engine', 'start', 'postgres', 'schemas']));
  expect(files.filter((name) => /^(contract|routes|rpc|rest|page|ensure|daemon)/.test(name))).toEqual([]);
});
