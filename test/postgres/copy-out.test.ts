import { expect, test } from 'vitest';
import { CopyOut } from '../../src/main/postgres/copy-out.ts';
import { withClient } from '../../src/main/postgres/pool.ts';
import { createTestDatabase } from '../support/postgres.ts';

const never = new AbortController().signal;

async function textOf(copy: CopyOut): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of copy) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

test('rows of every length arrive as they are, one copy after the other on one connection, and are counted', async () => {
  await using database = await createTestDatabase('empty');
  await withClient({ url: database.url }, async (client) => {
    // From nothing to several pieces, so that heads and rows are cut anywhere.
    const lengths = Array.from({ length: 400 }, (_, n) => (n % 50 === 0 ? n * 2311 : n * 7));
    for (let times = 0; times < 2; times += 1) {
      const copy = client.query(
        new CopyOut(
          `COPY (SELECT repeat('x', n) FROM unnest('{${lengths.join()}}'::int[]) AS n) TO STDOUT`,
          never,
        ),
      );
      const text = await textOf(copy);
      expect(text.split('\n').map((line) => line.length)).toEqual([...lengths, 0]);
      expect(copy.rows).toBe(lengths.length);
    }
    const none = client.query(new CopyOut('COPY (SELECT WHERE false) TO STDOUT', never));
    expect([await textOf(none), none.rows]).toEqual(['', 0]);
  });
});

test('what PostgreSQL refuses, at once or after many rows, is the error, and the connection goes on', async () => {
  await using database = await createTestDatabase('empty');
  await withClient({ url: database.url }, async (client) => {
    const statements = [
      'COPY nowhere TO STDOUT',
      'COPY (SELECT 1 / (n - 300000) FROM generate_series(1, 300001) AS n) TO STDOUT',
    ];
    const codes = ['42P01', '22012'];
    for (const [index, statement] of statements.entries()) {
      await expect(textOf(client.query(new CopyOut(statement, never)))).rejects.toMatchObject({
        code: codes[index],
      });
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    }
  });
});

test('a copy ends with its signal and with its connection, whether rows come or not', async () => {
  await using database = await createTestDatabase('empty');
  for (const statement of ['SELECT pg_sleep(60)', 'SELECT generate_series(1, 100000000)']) {
    const ending = new AbortController();
    const ended = withClient({ url: database.url }, async (client) => {
      const copy = client.query(new CopyOut(`COPY (${statement}) TO STDOUT`, ending.signal));
      setImmediate(() => ending.abort());
      await textOf(copy);
    });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    const cut = withClient({ url: database.url }, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const copied = textOf(client.query(new CopyOut(`COPY (${statement}) TO STDOUT`, never)));
      await Promise.all([
        copied,
        withClient({ url: database.url }, (other) =>
          other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]),
        ),
      ]);
    });
    await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/^POSTGRES_/) });
  }
});
