import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { importFolder } from '../datasets/support/open-service.ts';
import { openSetting } from '../datasets/support/setting.ts';
import { makeTrainedRun } from './support/trained-run.ts';

const program = path.join(import.meta.dirname, 'support', 'job-program.ts');
const sources = path.resolve(import.meta.dirname, '../../../src/main/features/jobs');
const failpoints = readdirSync(sources).flatMap((file) =>
  [...readFileSync(path.join(sources, file), 'utf8').matchAll(/failpoint\('([^']+)'\)/g)].map(
    ([, name]) => name ?? '',
  ),
);

/** Only a stop or an outage leads to these; the others are passed by every job. */
const isOfReturn = (failpoint: string) => failpoint.startsWith('job.return.');

const run = (setting: { databaseUrl: string; home: string }, job: object, failpoint = '') =>
  promisify(execFile)(
    process.execPath,
    [
      '--no-warnings',
      program,
      setting.databaseUrl,
      setting.home,
      JSON.stringify(job),
      ...(isOfReturn(failpoint) ? ['stop'] : []),
    ],
    { env: { ...process.env, TRAINYARD_FAILPOINT: failpoint } },
  );

// A few wait for the queue to hand out again what a dead engine had taken: several at once.
test.concurrent.each(failpoints)('killed at %s: done in the end, once', async (failpoint) => {
  await using setting = await openSetting();
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  const trained = await makeTrainedRun(setting.pool, setting.store, setting.project);
  const job = { kind: 'model.export', run: trained };
  await expect(run(setting, job, failpoint)).rejects.toMatchObject({ signal: 'SIGKILL' });
  const { stdout } = await run(setting, job);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'done', export: { parameters: 8 } });
  // A message too many does nothing; a statistic beside it is no other job's.
  const again = await run(setting, { kind: 'dataset.statistics', dataset: 'pets' });
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'done', statistics: { images: 6 } });
  const { rows } = await setting.pool.query('SELECT kind, status FROM jobs ORDER BY kind');
  expect(rows).toEqual([
    { kind: 'dataset.statistics', status: 'done' },
    { kind: 'model.export', status: 'done' },
  ]);
  const { rows: left } = await setting.pool.query(
    `SELECT id FROM kv_queue WHERE visible_at <= clock_timestamp() AND id NOT LIKE (SELECT id || '%' FROM jobs WHERE kind = 'model.export')`,
  );
  expect(left).toEqual([]);
});
