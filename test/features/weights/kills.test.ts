import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { safetensors } from './support/tensors.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(import.meta.dirname, 'support', 'storing-program.ts');

async function failpoints(): Promise<string[]> {
  const folder = path.join(root, 'src/main/features/weights');
  const names: string[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ts')))
    for (const [, name = ''] of (await readFile(path.join(folder, file), 'utf8')).matchAll(
      /failpoint\('([^']+)'\)/g,
    ))
      names.push(name);
  return names;
}

async function live(args: readonly string[], failpoint?: { name: string; mark: string }) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...(failpoint && { TRAINYARD_FAILPOINT: failpoint.name, TRAINYARD_FAILPOINT_MARK: failpoint.mark }),
    },
  });
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

test.concurrent.each(await failpoints())(
  'an engine that is killed at %s leaves weights that the next one stores or removes whole',
  async (name) => {
    await using database = await createTestDatabase();
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'mine.safetensors');
    await writeFile(file, safetensors({ 'fc.weight': [10, 64] }));
    const args = [database.url, place.folder, file];
    const mark = path.join(place.folder, 'taken');
    expect(await live(args, { name, mark })).toMatchObject({ signal: 'SIGKILL' });
    expect(await live(args)).toEqual({ code: 0, signal: null });
    const pool = createPool({ url: database.url }, { max: 1 });
    try {
      const { rows } = await pool.query('SELECT id, name, status FROM weights ORDER BY name');
      expect(rows.map(({ name, status }) => [name, status])).toEqual([
        ['absent', 'failed'],
        ['kept', 'ready'],
      ]);
      const stored = await readdir(path.join(place.folder, 'objects', 'models', 'weights'));
      expect(stored).toEqual([rows[1].id]);
    } finally {
      await pool.end();
    }
  },
  120_000,
);
