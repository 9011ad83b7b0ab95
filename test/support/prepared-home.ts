import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { createFile, replaceFile } from '../../src/main/platform/durable-file.ts';
import { startEngine, temporaryHome } from './engine.ts';

/** What a copy of a state folder keeps; the engine makes all the rest at its start: settings, folders with their markers, records, logs. */
const kept = ['secrets.json', 'postgres.json', 'database.json'];

/** Starts an engine on a new folder and stops it; leaves the data folder as PostgreSQL closed it. */
async function makeTemplate(folder: string): Promise<void> {
  const home = path.join(folder, 'making');
  await (await startEngine(home)).stop();
  const template = path.join(folder, 'template');
  mkdirSync(template, { mode: 0o711 });
  for (const name of kept) renameSync(path.join(home, name), path.join(template, name));
  const data = path.join(home, 'postgres', 'data');
  // As root the database may lie outside of the state folder: such a one cannot be copied.
  if (existsSync(data)) renameSync(data, path.join(template, 'data'));
  rmSync(home, { recursive: true, force: true });
}

/** The run's state folder to copy: whoever asks first makes it; the others wait. */
async function templateFolder(): Promise<string> {
  const folder = path.join(inject('postgresFolder'), 'prepared');
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const ready = path.join(folder, 'ready');
  if (createFile(path.join(folder, 'first'), '')) {
    await makeTemplate(folder);
    replaceFile(ready, '');
  }
  const end = performance.now() + 60_000;
  while (!existsSync(ready)) {
    if (performance.now() > end) throw new Error('The state folder of this test run was not made.');
    await delay(25);
  }
  return path.join(folder, 'template');
}

/**
 * A state folder of a test in which an engine has been before: its database is there and has the whole schema, and nothing else is in it. Its
 * token is its own. For whatever is no test of a first start, which takes a second more. Removed when disposed, with its database.
 */
export async function preparedHome(): Promise<{ home: string } & AsyncDisposable> {
  const template = await templateFolder();
  const made = await temporaryHome();
  if (!existsSync(path.join(template, 'data'))) return made;
  const { home } = made;
  mkdirSync(path.join(home, 'postgres'), { recursive: true, mode: 0o700 });
  await promisify(execFile)('cp', ['-a', path.join(template, 'data'), path.join(home, 'postgres', 'data')]);
  for (const name of kept) copyFileSync(path.join(template, name), path.join(home, name));
  const secrets = JSON.parse(readFileSync(path.join(template, 'secrets.json'), 'utf8'));
  const engineToken = randomBytes(32).toString('base64url');
  writeFileSync(path.join(home, 'secrets.json'), `${JSON.stringify({ ...secrets, engineToken }, null, 2)}\n`);
  return made;
}
