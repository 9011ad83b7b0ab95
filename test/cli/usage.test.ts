import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { appRoot } from '../../src/main/platform/paths.ts';
import { catalogue } from '../../src/shared/errors/catalogue.ts';
import { cliFile, runCli } from '../support/engine.ts';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'trainyard-usage-'));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const wrong = [
  [['trian'], 'There is no command "trian". Did you mean train? See "trainyard --help".'],
  [['runs', 'lst'], 'There is no command "lst". Did you mean list? See "trainyard runs --help".'],
  [
    ['project', 'create', 'x', '--tga', 'y'],
    'There is no option --tga. Did you mean --tag? See "trainyard project create --help".',
  ],
  [['runs', 'compare', 'last'], "1 run can't be compared. Name two to eight runs."],
  [['project', 'show'], 'The argument <project> is missing. See "trainyard project show --help".'],
  [
    ['runs', 'list', '--limit', 'x'],
    'The option --limit <number> can\'t be "x": a whole number of 1 or more is wanted. See "trainyard runs list --help".',
  ],
  ...[['--epochs', '3'], ['--early-stop'], ['--dataset-version', '2'], ['--template', 'quick']].map(
    ([flag = '', ...value]) =>
      [
        ['train', '--project', 'p', '--command', 'true', flag, ...value],
        `A script of your own brings its own model and data: ${flag} has no effect on it. Leave ${flag} out, and give the script its settings in the command.`,
      ] as const,
  ),
  [
    ['train', '--project', 'p', '--dataset', 'd', '--class-weights', 'some'],
    'The option --class-weights <weights> can\'t be "some": balanced is wanted, or a number for each class, as 1,2.5,0.5. See "trainyard train --help".',
  ],
  ...(['project', 'dataset', 'runs'] as const).map(
    (noun) =>
      [
        [noun, 'list', '--limit', '5', '--all'],
        `--all and --limit <number> can't be used together. See "trainyard ${noun} list --help".`,
      ] as const,
  ),
  [
    ['train', '--project', 'p', '--dataset', 'd', '--lr', '0x10'],
    'The option --lr, --learning-rate <number> can\'t be "0x10": a number is wanted, such as 0.001 or 1e-3. See "trainyard train --help".',
  ],
  [
    ['train', '--project', 'p', '--dataset', 'd', '--epochs', '3.5'],
    'The option --epochs <number> can\'t be "3.5": a whole number from 1 up to 100000 is wanted. See "trainyard train --help".',
  ],
  [
    ['train', '--project', 'p', '--dataset', 'd', '--lr', '0'],
    /^--learning-rate: .* Give a value in its range; "trainyard train --help" lists the flags\.$/,
  ],
] as const;

test.each(wrong)(
  '%j is wrong usage: exit code 2, one sentence, nothing on standard output',
  async (args, sentence) => {
    const { code, stdout, stderr } = await runCli(home, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
  },
);

test('with --json a program gets the error too', async () => {
  const { code, stdout, stderr } = await runCli(home, ['runs', 'list', '--status', 'done', '--json']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^The option --status .*\n$/);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'USAGE', hint: 'See "trainyard runs list --help".' },
  });
});

test('help and errors are Korean for whoever reads Korean', async () => {
  const korean = { TRAINYARD_LANG: '', LANG: 'ko_KR.UTF-8', LC_ALL: 'ko_KR.UTF-8' };
  const help = await runCli(home, ['train', '--help'], korean);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^사용법: trainyard train \[옵션\]/);
  const error = await runCli(home, ['runs', 'lst'], korean);
  expect(error).toMatchObject({ code: 2, stderr: expect.stringMatching(/"lst" 명령은 없습니다/) });
  const epochs = await runCli(home, ['train', '--project', 'p', '--dataset', 'd', '--epochs', 'abc'], korean);
  expect(epochs).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('1 이상 100000 이하의 정수가 필요합니다'),
  });
  const checked = await runCli(home, ['dataset', 'validate', path.join(home, 'none')], korean);
  expect(checked.stdout).toContain(catalogue.PATH_NOT_FOUND.ko[1]);
  expect(checked.stdout).not.toContain('너비');
});

test('a group without a command shows its help and is wrong usage', async () => {
  expect(await runCli(home, ['db'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('upgrade'),
  });
});

test('a dataset is validated without an engine, and errors end with 1', async () => {
  const { code, stdout } = await runCli(home, ['dataset', 'validate', path.join(home, 'none'), '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    errors: [{ code: 'PATH_NOT_FOUND', hint: expect.any(String) }],
  });
});

test('a database that does not answer: exit code 1 and one sentence without the password', async () => {
  const url = 'postgres://admin:hunter2@127.0.0.1:1/vision_platform';
  const { code, stderr, stdout } = await runCli(home, ['db', 'current', '--json'], {
    TRAINYARD_DATABASE_URL: url,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^No PostgreSQL answers at 127\.0\.0\.1:1 .*\n$/);
  expect(stderr + stdout).not.toContain('hunter2');
});

test('the doctor runs without an engine, within its ten seconds', async () => {
  const began = Date.now();
  const { stdout } = await runCli(home, ['doctor', '--json']);
  expect(Date.now() - began).toBeLessThan(10_000);
  const report: { ok: boolean; findings: { code: string; severity: string }[] } = JSON.parse(stdout);
  expect(report.findings.map(({ code }) => code)).toEqual(
    expect.arrayContaining([
      'NODE_OK',
      'POSTGRES_OK',
      'HOME_OK',
      'FILESYSTEM_OK',
      'PORT_OK',
      'IMAGES_OK',
      'TRAINER_OK',
    ]),
  );
  expect(report.ok).toBe(!report.findings.some(({ severity }) => severity === 'error'));
});

test('the doctor checks for another profile, in groups, and ends with 1 where an error stands', async () => {
  const environment = { DOCKER_HOST: `unix://${path.join(home, 'gone.sock')}` };
  const plain = await runCli(home, ['doctor', '--profile', 'docker'], environment);
  expect(plain.code).toBe(1);
  expect(plain.stdout).toMatch(/^Machine\n {2}[✓!] (.*\n)*\nDocker\n {2}✗ Docker Engine is not running/);
  const embedded = await runCli(home, ['doctor', '--profile', 'embedded', '--json'], environment);
  expect(embedded.stdout).toContain('DOCKER_NOT_NEEDED');
});

test.each([
  ['from a shell', undefined],
  ['below npm', 'cli'],
])('the launcher ends as the command does, %s', async (_, npmEvent) => {
  const { npm_lifecycle_event: _npm, ...shell } = process.env;
  const env = npmEvent === undefined ? shell : { ...shell, npm_lifecycle_event: npmEvent };
  const launch = async (...args: readonly string[]) => {
    const child = spawn(findNode(), [path.join(appRoot(), 'bin', 'trainyard.mjs'), ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const [code] = await once(child, 'close');
    return { code, stderr: stderr.trim() };
  };
  expect(await launch('--version')).toEqual({ code: 0, stderr: '' });
  expect(await launch('trian')).toMatchObject({ code: 2, stderr: expect.stringContaining('"trian"') });
});

test.skipIf(!existsSync('/dev/full'))(
  'output that does not fit on its disk ends a command with one sentence',
  async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const child = spawn(findNode(), [cliFile, '--help'], { stdio: ['ignore', full, 'pipe'] });
      let stderr = '';
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
      const [code] = await once(child, 'close');
      expect({ code, lines: stderr.trim().split('\n') }).toEqual({
        code: 1,
        lines: [expect.stringMatching(/^The output could not be written: ENOSPC/)],
      });
    } finally {
      closeSync(full);
    }
  },
);
