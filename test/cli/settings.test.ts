import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { readSecrets } from '../../src/main/platform/home.ts';
import { cliFile, cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { rest } from '../support/rest.ts';

const token = 'hf_nobodySees4711';

/** `settings set hubToken`, with the token by a pipe. */
async function setToken(home: string, value: string) {
  const child = spawn(findNode(), [cliFile, 'settings', 'set', 'hubToken'], {
    env: { ...process.env, TRAINYARD_HOME: home },
  });
  child.stdin.end(`${value}\n`);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, said: stdout + stderr };
}

interface Listed {
  readonly settings: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly isSet: boolean;
  }[];
}

/** The files of a state folder that hold a text. */
function filesWith(home: string, wanted: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = path.join(home, name);
    return statSync(file).isFile() && readFileSync(file).includes(wanted);
  });
}

test('settings are changed, listed and taken back, and outlive the engine', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const wheels = path.join(path.dirname(home), 'wheels');
  mkdirSync(wheels);
  {
    await using _engine = await startEngine(home);
    const empty = await runCli(home, ['settings', 'set', 'trainerWheels', wheels]);
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain(`There are no wheels (*.whl) in the folder ${wheels}`);
    writeFileSync(path.join(wheels, 'tiny-1.0-py3-none-any.whl'), '');
    expect((await runCli(home, ['settings', 'set', 'trainerWheels', wheels])).stdout).toMatch(
      /^trainerWheels is set\. It takes effect when/,
    );
    const gone = await runCli(home, ['settings', 'set', 'trainerPython', '/nowhere/python']);
    expect(gone.stderr).toContain('/nowhere/python, does not run');
    const account = await runCli(home, ['settings', 'set', 'hubMirror', 'https://kim:pw@mirror.example']);
    expect(account).toMatchObject({ code: 1, stderr: expect.stringContaining('no account in it') });
    expect(account.stderr).not.toContain('kim:pw');
    await cliJson(home, ['settings', 'set', 'hubMirror', 'https://mirror.example']);
    await cliJson(home, ['settings', 'unset', 'hubMirror']);
    expect((await runCli(home, ['settings', 'set', 'colour', 'red'])).code).toBe(2);
  }
  await using _next = await startEngine(home, ['--no-sample'], { HF_ENDPOINT: 'https://other.example' });
  const { settings } = await cliJson<Listed>(home, ['settings', 'list']);
  expect(settings).toMatchObject([
    { name: 'trainerPython', value: null, isSet: false },
    { name: 'trainerWheels', value: wheels, isSet: true },
    { name: 'trainerIndex', value: null },
    { name: 'hubMirror', value: null, variable: 'HF_ENDPOINT' },
    { name: 'hubToken', value: null, isSet: false },
  ]);
});

test('the hub’s token comes by a pipe, is kept for its owner alone and shown to nobody', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  await using engine = await startEngine(home);
  const asArgument = await runCli(home, ['settings', 'set', 'hubToken', token]);
  expect(asArgument.code).toBe(2);
  expect(asArgument.stderr).not.toContain(token);
  const spaced = await setToken(home, `${token} and more`);
  expect(spaced.code).toBe(1);
  expect(spaced.said).toContain('no spaces');
  expect(spaced.said).not.toContain(token);
  const nothing = await setToken(home, '');
  expect(nothing).toEqual({
    code: 2,
    said: 'The value of hubToken is empty. "settings unset hubToken" takes a setting back.\n',
  });
  const long = await setToken(home, 'x'.repeat(1001));
  expect(long).toEqual({
    code: 1,
    said: 'value: a token has at most 1000 characters. Correct the named field and try again.\n',
  });
  const set = await setToken(home, token);
  expect(set).toEqual({ code: 0, said: expect.stringContaining('hubToken is set.') });
  expect(set.said).not.toContain(token);
  expect(readSecrets(home)?.hubToken).toBe(token);
  expect(statSync(path.join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(filesWith(home, token)).toEqual(['secrets.json']);
  const answers = [await rest(engine, 'GET', '/settings'), await rest(engine, 'GET', '/system')];
  expect(JSON.stringify(answers)).not.toContain(token);
  expect(JSON.stringify(answers)).toContain('{"name":"hubToken","value":null,"isSet":true,"variable":null}');
  await cliJson(home, ['settings', 'unset', 'hubToken']);
  expect(filesWith(home, token)).toEqual([]);
  expect(readSecrets(home)?.engineToken).toBe(engine.token);
});
