import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import type { UpgradePlan } from '../../src/shared/model/upgrade.ts';
import { cliJson, runCli, temporaryHome } from '../support/engine.ts';
import { withoutServer } from '../support/servers.ts';
import { allFailpoints } from '../torture/all-failpoints.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: upgrades of the docker profile (${reason})`);
const isFull = process.env.TRAINYARD_KILL_POINTS === 'all';
if (!isFull) console.info('skipped: upgrades of a stack that are killed (npm run test:torture)');

const run = promisify(execFile);
const base = process.env.TRAINYARD_POSTGRES_IMAGE ?? 'postgres:17';
const apply = ['upgrade', 'apply', '--yes', '--json'];

const tags: string[] = [];
afterAll(async () => {
  if (tags.length > 0) await run('docker', ['rmi', ...tags]);
});

/** An image of the PostgreSQL that is here with something about it that differs; as the environment chooses it. */
async function imageOf(
  name: string,
  ...lines: readonly string[]
): Promise<{ TRAINYARD_POSTGRES_IMAGE: string }> {
  const tag = `trainyard-test/postgres:${name}`;
  tags.push(tag);
  const building = run('docker', ['build', '-q', '-t', tag, '-']);
  building.child.stdin?.end([`FROM ${base}`, ...lines, ''].join('\n'));
  await building;
  return { TRAINYARD_POSTGRES_IMAGE: tag };
}

/** That of a later major version, as it says; it is PostgreSQL 17 all the same. */
const later = 'ENV PG_MAJOR=18';
const entrypoint = '/usr/local/bin/docker-entrypoint.sh';
/** Serves what it has just made, and nothing that it finds. */
const refusing = [
  `RUN mv ${entrypoint} /usr/local/bin/real.sh && printf '%s\\n' '#!/bin/sh' '[ -s "$PGDATA/PG_VERSION" ] && exit 3' 'exec /usr/local/bin/real.sh "$@"' > ${entrypoint} && chmod 755 ${entrypoint}`,
];

interface StackStatus {
  readonly name: string;
  readonly services: readonly {
    readonly status: string;
    readonly image: string;
    readonly containerId: string;
  }[];
}

/** A stack with a project in it; destroyed with its state folder. */
async function filledStack() {
  await using undo = new AsyncDisposableStack();
  const { home } = undo.use(await temporaryHome());
  undo.defer(async () => {
    const { name } = await cliJson<{ name: string | null }>(home, ['stack', 'status']);
    if (name) await runCli(home, ['stack', 'destroy', '--name', name]);
  });
  expect((await runCli(home, ['stack', 'up', '--profile', 'docker', '--json'])).code).toBe(0);
  const status = () => cliJson<StackStatus>(home, ['stack', 'status']);
  const sql = async (query: string) => {
    const psql = ['psql', '-U', 'admin', '-d', 'vision_platform', '-Atc', query];
    return (await run('docker', ['exec', `${(await status()).name}-postgres-1`, ...psql])).stdout.trim();
  };
  await sql(`INSERT INTO projects (user_id, name) SELECT id, 'kept' FROM users LIMIT 1`);
  const held = undo.move();
  const projects = () => sql('SELECT name FROM projects');
  return { home, status, projects, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Volumes of the stacks of a state folder and of those within it. */
async function volumesOf(home: string): Promise<readonly string[]> {
  const { stdout } = await run('docker', ['volume', 'ls', '--format', '{{.Name}} {{.Labels}}']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(home))
    .map((line) => line.split(' ')[0] ?? '')
    .toSorted();
}

test.skipIf(reason)(
  'an image that cannot read the volume is never started on it, and where its server does not serve behind the switch, the old state does',
  async () => {
    await using stack = await filledStack();
    const { home } = stack;
    const [before, hadVolumes] = [await stack.status(), await volumesOf(home)];
    expect(hadVolumes.length).toBeGreaterThan(4);
    const broken = await imageOf('18-refusing', later, ...refusing);
    const refused = await runCli(home, ['stack', 'up', '--json'], broken);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('UPGRADE_NEEDED');
    expect((await stack.status()).services).toEqual(before.services);

    const { stdout } = await runCli(home, ['upgrade', 'plan', '--json'], broken);
    const plan = JSON.parse(stdout) as UpgradePlan;
    expect(plan).toMatchObject({ profile: 'docker', way: 'move', databaseRead: true });
    expect(plan.changes).toMatchObject([
      {
        ...{ what: 'image', service: 'postgres', way: 'move' },
        ...{ from: { reference: base, version: '17' }, to: { version: '18' } },
      },
    ]);

    const applied = await runCli(home, apply, broken);
    expect(applied.code).toBe(1);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      error: {
        code: 'UPGRADE_TAKEN_BACK',
        hint: expect.stringMatching(
          /^What was served before is in service again and nothing is lost\. The snapshot \S+ /,
        ),
      },
    });
    expect(await stack.projects()).toBe('kept');
    const after = await stack.status();
    expect(after.name).toBe(before.name);
    expect(after.services.map(({ image, status }) => [image, status])).toEqual(
      before.services.map(({ image }) => [image, 'healthy']),
    );
    expect(await volumesOf(home)).toEqual(hadVolumes);
    // Whatever is chosen, it keeps what it has until it is upgraded.
    expect((await runCli(home, ['stack', 'up', '--json'], broken)).code).toBe(0);
    expect((await stack.status()).services[0]?.image).toBe(base);
  },
  300_000,
);

test.skipIf(reason || !isFull)(
  'an upgrade of a stack that is killed at any step leaves the old state or the new one, and done again it is the new one',
  async () => {
    await using stack = await filledStack();
    const { home } = stack;
    const points = (await allFailpoints()).filter((name) => /^upgrade\.(keep|images|release)\./.test(name));
    expect(points.length).toBe(6);
    for (const [index, point] of points.entries()) {
      const minor = await imageOf(`17-minor-${index}`, `ENV MINOR=${index}`);
      const killed = await runCli(home, apply, { ...minor, TRAINYARD_FAILPOINT: point });
      expect(killed.code, point).toBeNull();
      expect((await runCli(home, ['stack', 'up', '--json'], minor)).code, point).toBe(0);
      expect(await stack.projects(), point).toBe('kept');
      expect((await runCli(home, apply, minor)).code, point).toBe(0);
      expect((await stack.status()).services[0]?.image, point).toBe(minor.TRAINYARD_POSTGRES_IMAGE);
    }
    const dead = await imageOf('17-dead', `RUN printf '#!/bin/sh\\nexit 5\\n' > ${entrypoint}`);
    const { services } = await stack.status();
    expect((await runCli(home, apply, dead)).stdout).toContain('UPGRADE_TAKEN_BACK');
    expect((await stack.status()).services[0]?.image).toBe(services[0]?.image);
    expect(await stack.projects()).toBe('kept');

    const major = await imageOf('18', later);
    for (const point of ['switch.decide.before', 'switch.decide.after']) {
      expect((await runCli(home, apply, { ...major, TRAINYARD_FAILPOINT: point })).code, point).toBeNull();
      expect((await runCli(home, ['stack', 'up', '--json'], major)).code, point).toBe(0);
      expect(await stack.projects(), point).toBe('kept');
    }
    expect((await stack.status()).services[0]?.image).toBe(major.TRAINYARD_POSTGRES_IMAGE);
    // The old state has its own images, whatever is chosen; and the new one has its own.
    for (const image of [services[0]?.image, major.TRAINYARD_POSTGRES_IMAGE]) {
      await cliJson(home, ['backup', 'revert', '--yes']);
      expect((await runCli(home, ['stack', 'up', '--json'], major)).code).toBe(0);
      expect((await stack.status()).services[0]?.image).toBe(image);
      expect(await stack.projects()).toBe('kept');
    }
    await cliJson(home, ['backup', 'discard', '--yes']);
  },
  900_000,
);
