import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect, readEverything } from './catalog.ts';
import { copyMigrations, startUpgrader } from './support.ts';

/** All statements of all revisions, by SIGKILL of the process; else a statement of some, by the end of its connection. */
const isWhole = process.env.TRAINYARD_KILL_POINTS === 'all';
if (!isWhole)
  console.info('shortened: a statement of some revisions is cut off; all are killed by npm run test:torture');

const quiet = /--[^\n]*|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/g;

/** Where each statement of an up or a down ends. */
function statementEnds(text: string): number[] {
  const bare = text.replaceAll(quiet, (match) => ' '.repeat(match.length));
  return [...bare.matchAll(/;/g)].map(({ index }) => index + 1);
}

/** A revision's text that stops behind one of its statements. */
const stopping = (text: string, end: number, how: string) =>
  `${text.slice(0, end)}\nSELECT ${how};\n${text.slice(end)}`;

test(
  'an upgrade or downgrade that is killed at any statement changes nothing, and the next one ends well',
  async () => {
    await using database = await createTestDatabase('empty');
    await using migrations = await copyMigrations();
    await using client = await connect(database.url);
    const { folder } = migrations;
    const schema = new SchemaService({ databaseUrl: database.url, folder });
    const everything = () => readEverything(client);
    const sleepers = async () => {
      const { rows } = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()`,
      );
      return rows[0]?.n;
    };
    const killAt = async (file: string, text: string, end: number, direction: 'up' | 'down') => {
      const before = await everything();
      if (isWhole) {
        await writeFile(file, stopping(text, end, 'pg_sleep(600)'));
        const upgrader = startUpgrader(database.url, { folder, direction });
        await expect.poll(sleepers, { timeout: 20_000 }).toBe(1);
        upgrader.process.kill('SIGKILL');
        await upgrader.ended;
        await expect.poll(sleepers, { timeout: 20_000 }).toBe(0);
      } else {
        await writeFile(file, stopping(text, end, 'pg_terminate_backend(pg_backend_pid())'));
        const going = direction === 'up' ? schema.upgrade('+1') : schema.downgrade('-1');
        await expect(going, `${file} ${direction} ${end}`).rejects.toThrow();
      }
      await writeFile(file, text);
      expect(await everything(), `${path.basename(file)}, ${direction}, behind character ${end}`).toEqual(
        before,
      );
    };
    const names = (await readdir(folder)).sort();
    for (const [index, name] of names.entries()) {
      const file = path.join(folder, name);
      const text = await readFile(file, 'utf8');
      const down = text.indexOf('-- Down Migration');
      const ends = statementEnds(text);
      const some = (all: readonly number[]) =>
        index % 6 === 5 ? all.slice(all.length >> 1).slice(0, 1) : [];
      const chosen = (all: readonly number[]) => (isWhole ? all : some(all));
      for (const end of chosen(ends.filter((one) => one < down))) await killAt(file, text, end, 'up');
      await schema.upgrade('+1');
      for (const end of chosen(ends.filter((one) => one > down))) await killAt(file, text, end, 'down');
    }
    expect(await schema.current()).toMatchObject({ pending: [], edited: [], drift: [] });
  },
  isWhole ? 3_600_000 : 60_000,
);
