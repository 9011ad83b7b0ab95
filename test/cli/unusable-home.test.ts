import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type CliResult, runCli, temporaryHome } from '../support/engine.ts';
import { SmallDisk, withoutSmallDisks } from '../support/small-disk.ts';

/** A state folder that cannot be used, and the path that every command must name. */
interface Unusable extends AsyncDisposable {
  readonly home: string;
  readonly named: string;
}

interface Case {
  readonly what: string;
  readonly impossible?: string | null;
  make(): Promise<Unusable>;
}

/** A state folder with something wrong in it. */
function wrongEntry(name: string, kind: 'a file' | 'a folder' | 'torn'): Case {
  const make = async () => {
    const place = await temporaryHome();
    await mkdir(place.home, { mode: 0o700 });
    const named = path.join(place.home, name);
    if (kind === 'a folder') await mkdir(path.join(named, 'kept'), { recursive: true });
    else await writeFile(named, kind === 'torn' ? Buffer.alloc(5000, 'torn') : 'in the way');
    return { ...place, named };
  };
  return { what: `${name} ${kind === 'torn' ? 'torn' : `being ${kind}`}`, make };
}

async function smallDisk(size: string, spoil: (disk: SmallDisk) => Promise<void>): Promise<Unusable> {
  const disk = await SmallDisk.make(size);
  await spoil(disk);
  return { home: disk.home, named: disk.mount, [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose]() };
}

const cases: readonly Case[] = [
  {
    what: 'a state folder that is to be made on a disk mounted for reading only',
    impossible: withoutSmallDisks,
    make: () => smallDisk('8M', async (disk) => disk.remount('ro')),
  },
  {
    what: 'a state folder on a disk mounted for reading only',
    impossible: withoutSmallDisks,
    make: () =>
      smallDisk('8M', async (disk) => {
        await mkdir(disk.home, { mode: 0o700 });
        disk.remount('ro');
      }),
  },
  {
    what: 'a disk of 2 MB',
    impossible: withoutSmallDisks,
    make: () => smallDisk('2M', async () => undefined),
  },
  {
    what: 'a file where the state folder should be',
    make: async () => {
      const place = await temporaryHome();
      await writeFile(place.home, 'in the way');
      return { ...place, named: place.home };
    },
  },
  ...['logs', 'runs', 'objects', 'postgres'].map((name) => wrongEntry(name, 'a file')),
  ...['settings.sqlite', 'secrets.json', 'engine.lock.sqlite', 'engine.running', 'engine.sock'].map((name) =>
    wrongEntry(name, 'a folder'),
  ),
  wrongEntry('settings.sqlite', 'torn'),
  wrongEntry('engine.lock.sqlite', 'torn'),
];

interface Told {
  readonly code: string;
  readonly cause: string;
  readonly hint: string;
}

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly cause: string;
  readonly evidence: string;
  readonly hint: string;
}

/** What a command's JSON says is wrong: its error, or the errors among the doctor's findings. */
function told(stdout: string): readonly Told[] {
  const { error, findings = [] } = JSON.parse(stdout) as {
    error?: { code: string; message: string; hint: string };
    findings?: readonly Finding[];
  };
  if (error) return [{ code: error.code, cause: error.message, hint: error.hint }];
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, cause, evidence, hint }) => ({ code, cause: `${cause} ${evidence}`, hint }));
}

function expectToldWell({ code, stdout, stderr }: CliResult, named: string, language: 'en' | 'ko'): void {
  expect(code, stdout + stderr).toBe(1);
  const all = told(stdout);
  for (const { code: known } of all) expect(['INTERNAL', 'CHECK_FAILED'], stdout).not.toContain(known);
  const ofThis = all.find(({ cause }) => cause.includes(named));
  expect(ofThis, `${stdout} names ${named}`).toBeDefined();
  expect(ofThis?.hint).not.toBe('');
  if (language === 'ko') {
    expect(ofThis?.cause).toMatch(/[가-힣]/);
    expect(ofThis?.hint).toMatch(/[가-힣]/);
  }
}

/** One that comes up all the same goes again, so that the test ends. */
const serve = ['serve', '--port', '0', '--no-sample', '--idle-stop', '500', '--json'];
const commands = [serve, ['project', 'list', '--json'], ['doctor', '--json']];
const languages = ['en', 'ko'] as const;

for (const [number, { what, impossible = null, make }] of cases.entries()) {
  if (impossible) console.info(`skipped: ${what}: ${impossible}`);
  test.skipIf(impossible).concurrent(
    `${what}: every command names it and says how to fix it, in both languages`,
    async () => {
      for (const [turn, args] of commands.entries()) {
        await using place = await make();
        // In turns: each command is seen in both, over all cases.
        const language = languages[(number + turn) % 2] ?? 'en';
        const result = await runCli(place.home, args, { TRAINYARD_LANG: language });
        expectToldWell(result, place.named, language);
      }
    },
    120_000,
  );
}

test('a folder in place of engine.json is set aside with what is in it, and the engine starts', async () => {
  await using place = await wrongEntry('engine.json', 'a folder').make();
  const { code, stdout, stderr } = await runCli(place.home, serve);
  expect(code, stdout + stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ url: expect.stringContaining('127.0.0.1') });
  const aside = (await readdir(place.home)).find((name) => name.startsWith('engine.json.aside-'));
  expect(existsSync(path.join(place.home, aside ?? '', 'kept'))).toBe(true);
});
