import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { startEmbeddedPostgres } from '../../src/main/postgres/embedded/embedded-postgres.ts';
import type { UpgradePlan } from '../../src/shared/model/upgrade.ts';
import { cliFile, cliJson, runCli, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { allFailpoints } from '../torture/all-failpoints.ts';

const isFull = process.env.TRAINYARD_KILL_POINTS === 'all';
if (!isFull) console.info('shortened: an upgrade is killed at one place; at all by npm run test:torture');

const run = promisify(execFile);

interface State {
  readonly revision: string;
  readonly head: string;
}

/** Asks a state folder's database while nothing else has it. */
async function inDatabase(home: string, ...commands: readonly string[]): Promise<void> {
  const server = await startEmbeddedPostgres(home);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const command of commands) await client.query(command);
  await client.end();
  await server.stop();
}

const project = `INSERT INTO projects (user_id, name) SELECT id, 'kept' FROM users LIMIT 1`;
/** As behind another C library: the server has another version of its rules than it remembers. */
const otherCollation = `UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database()`;
const apply = ['upgrade', 'apply', '--yes'];

async function codeOf(home: string, command: readonly string[]): Promise<string> {
  const { code, stdout } = await runCli(home, [...command, '--json']);
  expect(code).toBe(1);
  return (JSON.parse(stdout) as { error: { code: string } }).error.code;
}

test('revisions and collations are planned without a change, then done with a snapshot before, wherever that was killed', async () => {
  await using place = await preparedHome();
  const { home } = place;
  const { revision, head } = await cliJson<State>(home, ['db', 'downgrade', '-1']);
  await inDatabase(home, project, otherCollation);
  const plan = await cliJson<UpgradePlan>(home, ['upgrade', 'plan']);
  expect(plan).toMatchObject({
    ...{ profile: 'embedded', way: 'in-place', databaseRead: true, runsUnderWay: 0 },
    changes: [
      { what: 'schema', from: revision, to: head, revisions: [head], way: 'in-place' },
      { what: 'collation', name: null, from: '0', way: 'in-place' },
    ],
  });
  expect(plan.estimatedMs).toBeGreaterThan(0);
  expect(plan.room[0]?.neededBytes).toBeGreaterThan(0);
  expect(await cliJson(home, ['db', 'check'])).toMatchObject({ revision, collations: [{ recorded: '0' }] });
  expect(await codeOf(home, ['upgrade', 'apply'])).toBe('RESTORE_NOT_CONFIRMED');

  const points = (await allFailpoints())
    .filter((name) => /^upgrade\.(collation|served)\./.test(name))
    .filter((name) => isFull || name === 'upgrade.collation.after');
  expect(points.length).toBe(isFull ? 4 : 1);
  // The place before each first: what is written down once is not come to again.
  for (const point of points.toSorted().toReversed()) {
    expect((await runCli(home, apply, { TRAINYARD_FAILPOINT: point })).code, point).toBeNull();
    // Something is left to do for the next one.
    if (point !== 'upgrade.collation.after') await inDatabase(home, otherCollation);
  }
  expect(await cliJson(home, apply)).toMatchObject({ upgraded: false, snapshot: null });
  await using _engine = await startEngine(home);
  expect((await runCli(home, ['project', 'list'])).stdout).toContain('kept');
  expect(await codeOf(home, apply)).toBe('ENGINE_RUNNING');
}, 120_000);

/** A newer version of the product, with one more revision: behind it no project can be changed. */
async function newerVersion(
  around: string,
): Promise<(home: string, command: readonly string[]) => Promise<string>> {
  const root = path.join(around, 'newer');
  await mkdir(path.join(root, 'out'), { recursive: true });
  const compiled = path.join(path.dirname(cliFile), 'compiled');
  await cp(path.dirname(cliFile), path.join(root, 'out', 'node'), {
    recursive: true,
    filter: (source) => source !== compiled,
  });
  const ours = path.resolve(cliFile, '..', '..', '..');
  await run('cp', ['-a', ...['migrations', 'package.json'].map((name) => path.join(ours, name)), root]);
  for (const name of ['node_modules', 'resources'])
    await symlink(path.join(ours, name), path.join(root, name));
  const revision = `-- Up Migration

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
CREATE TRIGGER refused BEFORE UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION refuse();

-- Down Migration

DROP TRIGGER refused ON projects;
DROP FUNCTION refuse();
`;
  await writeFile(path.join(root, 'migrations', 'postgres', '9000_refuse.sql'), revision);
  return async (home, command) => {
    const ended = run(findNode(), [path.join(root, 'out', 'node', 'cli.js'), ...command, '--json'], {
      env: { ...process.env, TRAINYARD_HOME: home },
    });
    return ended.then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
  };
}

test('an upgrade to a version that does not work with the data is tried beside it, and the old state serves', async () => {
  await using place = await preparedHome();
  const { home } = place;
  await inDatabase(home, project);
  const { revision } = await cliJson<State>(home, ['db', 'current']);
  const newer = await newerVersion(path.dirname(home));
  expect(JSON.parse(await newer(home, apply))).toMatchObject({
    error: { code: 'UPGRADE_REHEARSAL_FAILED', message: expect.stringContaining('refused') },
  });
  expect(await cliJson(home, ['db', 'current'])).toMatchObject({ revision });
  // What drifted would be found behind the upgrade alone.
  await inDatabase(home, 'DROP INDEX idx_projects_tags');
  expect(JSON.parse(await newer(home, apply))).toMatchObject({ error: { code: 'UPGRADE_DRIFTED' } });
  await using _engine = await startEngine(home);
  expect((await runCli(home, ['project', 'list'])).stdout).toContain('kept');
}, 120_000);
