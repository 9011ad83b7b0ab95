import { expect, test } from 'vitest';
import { sampleDocument } from '../documents/examples.ts';
import { openOwnStores, restoreInto, snapshotOf } from './support.ts';

const project = '00000000-0000-4000-8000-0000000000aa';
const run = '00000000-0000-4000-8000-0000000000bb';
const log = sampleDocument('workflow_logs');
const chat = sampleDocument('chat_sessions');

/** Rows by the revision from which on there is a table for them. */
const rows: readonly (readonly [since: string, statement: string, values?: readonly unknown[]])[] = [
  ['0002', `INSERT INTO projects (id, user_id, name) SELECT '${project}', id, 'old' FROM users`],
  [
    '0003',
    `INSERT INTO workflows (id, user_id, project_id, name) SELECT '${run}', id, '${project}', 'w' FROM users`,
  ],
  [
    '0004',
    `SELECT ensure_metrics_partitions('2031-05-05', '2031-05-06');
     INSERT INTO metrics (workflow_id, epoch, step, recorded_at) VALUES ('${run}', 1, 7, '2031-05-05')`,
  ],
  ...[chat, log].map(
    (document, at) =>
      [
        '0007',
        'INSERT INTO documents (collection, id, body) VALUES ($1, $2, $3)',
        [['chat_sessions', 'workflow_logs'][at], document.id, JSON.stringify(document)],
      ] as const,
  ),
];

test.each(['0001', '0071'])(
  'a snapshot of a database at revision %s has all of its rows and documents, and is restored at the newest',
  async (revision) => {
    await using source = await openOwnStores();
    await using target = await openOwnStores();
    await source.stores.schema.downgrade(revision);
    const has = (since: string) => since <= revision;
    for (const [since, statement, values] of rows)
      if (has(since)) await source.stores.pool.query(statement, values && [...values]);
    const { folder, manifest } = await snapshotOf(source);
    expect(manifest.database.revisions.at(-1)).toMatch(new RegExp(`^${revision}_`));
    await restoreInto(target, folder);
    const { pool, documents, schema } = target.stores;
    const counted = await pool.query(
      'SELECT (SELECT count(*)::int FROM projects) AS projects, (SELECT sum(step)::int FROM metrics) AS step',
    );
    expect(counted.rows).toEqual([{ projects: has('0002') ? 1 : 0, step: has('0004') ? 7 : null }]);
    expect(await documents.get('chat_sessions', chat.id)).toEqual(has('0007') ? chat : null);
    expect(await documents.get('workflow_logs', log.id)).toEqual(has('0007') ? log : null);
    expect(await schema.current()).toMatchObject({ drift: [], pending: [] });
  },
);
