import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from '../../../src/main/features/runs/outcome.ts';
import { isDiskRefusal } from '../../../src/main/platform/error-code.ts';
import { isDiskFault, systemFault } from '../../../src/main/platform/faults/system-fault.ts';
import { LogFile } from '../../../src/main/platform/log.ts';
import { SettingsStore } from '../../../src/main/stores/settings/settings-store.ts';
import { counted } from '../../../src/shared/format/units.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';

/** What Node throws where a user's quota is used up; no quota can be set on the file systems of most test machines. */
function overQuota(file: string): Error {
  const message = `EDQUOT: disk quota exceeded, write '${file}'`;
  return Object.assign(new Error(message), { code: 'EDQUOT', errno: -122, syscall: 'write', path: file });
}

test('a quota that is used up counts as a full disk: for the engine, for a supervisor, and of a trainer', () => {
  const error = new Error('the object could not be put', { cause: overQuota('/tmp/objects/blob') });
  const fault = systemFault(error);
  expect(fault).toMatchObject({ code: 'DISK_FULL', status: 507, place: { file: '/tmp/objects/blob' } });
  expect(fault?.message).toMatch(/^Your disk quota is used up for \/tmp\/objects\/blob \(.+ free\)$/);
  expect(isDiskFault(error)).toBe(true);
  expect(isDiskRefusal(overQuota('/tmp/exit.json'))).toBe(true);
  expect(systemFault(new Error('could not extend file: Disk quota exceeded'))?.code).toBe('DISK_FULL');
  const times = { startedAt: new Date(0), endedAt: new Date(1) };
  const exit = { exitCode: 1, signal: null, cause: 'exited', ...times } as const;
  expect(outcomeOf(exit, null, ['OSError: [Errno 122] Disk quota exceeded']).cause).toBe('disk_full');
});

test.each([
  ['OSError: [Errno 28] No space left on device: model.pt', 'disk_full'],
  ["Error: ENOSPC: no space left on device, write 'model.json'", 'disk_full'],
  ['ValueError: there is no class', 'error'],
])('a trainer that ended with "%s" ended as %s', (line, cause) => {
  const times = { startedAt: new Date(0), endedAt: new Date(1) };
  const exit = { exitCode: 1, signal: null, cause: 'exited', ...times } as const;
  const outcome = outcomeOf(exit, null, [line]);
  expect(outcome).toMatchObject({ status: 'failed', cause });
  expect(outcome.message).toContain(line);
  // A run that ended well did so, whatever it complained about on its way.
  expect(
    outcomeOf({ ...exit, exitCode: 0 }, { status: 'completed', message: null, cause: null, metrics: {} }, [
      line,
    ]).cause,
  ).toBe('completed');
});

test.skipIf(withoutSmallDisks)(
  'a log loses lines while the disk takes none, goes on once there is room, and says how many it lost',
  async () => {
    await using disk = await SmallDisk.make('1M');
    const file = path.join(disk.mount, 'engine.log');
    const log = new LogFile(file);
    const write = (number: number) => log.write(`${JSON.stringify({ number, filler: 'x'.repeat(3000) })}\n`);
    write(0);
    disk.fill();
    const last = 10;
    for (let number = 1; number < last; number += 1) write(number);
    disk.free();
    write(last);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const whole = lines.flatMap((line): { number?: number; dropped?: number; msg?: string }[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return []; // The line that the end of the disk cut short: it counts as lost.
      }
    });
    expect(lines.length - whole.length).toBeLessThanOrEqual(1);
    const kept = whole.flatMap(({ number }) => number ?? []);
    const lost = last + 1 - kept.length;
    // What was left of the file's last page took one or two.
    expect(lost).toBeGreaterThanOrEqual(7);
    expect(kept).toEqual([...Array.from({ length: last - lost }, (_, index) => index), last]);
    expect(whole.at(-2)).toMatchObject({
      dropped: lost,
      msg: `${counted(lost, 'line')} of this log could not be written to the disk`,
    });
  },
);

test.skipIf(withoutSmallDisks)(
  'settings that find no room for the files beside them say DISK_FULL, and are whole once there is room',
  async () => {
    await using disk = await SmallDisk.make('1M');
    const file = path.join(disk.mount, 'settings.sqlite');
    {
      using settings = new SettingsStore(file);
      settings.set('kept', 'value');
    }
    disk.fill();
    const opening = () => new SettingsStore(file)[Symbol.dispose]();
    expect(() => opening()).toThrow();
    try {
      opening();
    } catch (error) {
      expect(systemFault(error)).toMatchObject({
        code: 'DISK_FULL',
        status: 507,
        hint: expect.stringContaining('Make room'),
      });
      expect(systemFault(error)?.message).toContain(file);
    }
    disk.free();
    using settings = new SettingsStore(file);
    expect(settings.get('kept')).toBe('value');
  },
);

test.skipIf(withoutSmallDisks)(
  'settings on a disk that was switched to reading only say DISK_READ_ONLY',
  async () => {
    await using disk = await SmallDisk.make('1M');
    const folder = path.join(disk.mount, 'home');
    await mkdir(folder);
    const file = path.join(folder, 'settings.sqlite');
    new SettingsStore(file)[Symbol.dispose]();
    disk.remount('ro');
    let told: unknown = null;
    try {
      using settings = new SettingsStore(file);
      settings.set('new', 1);
    } catch (error) {
      told = systemFault(error);
    }
    expect(told).toMatchObject({ code: 'DISK_READ_ONLY', status: 507 });
    disk.remount('rw');
    using settings = new SettingsStore(file);
    settings.set('new', 2);
    expect(settings.get('new')).toBe(2);
  },
);

test.skipIf(withoutSmallDisks)(
  'a folder that cannot be made says DISK_READ_ONLY on a disk for reading only, where Node says it is not there',
  async () => {
    await using disk = await SmallDisk.make('1M');
    disk.remount('ro');
    const folder = path.join(disk.mount, 'objects', 'blobs');
    const error = await mkdir(folder, { recursive: true }).then(
      () => null,
      (refused: unknown) => refused,
    );
    expect(systemFault(error)).toMatchObject({
      code: 'DISK_READ_ONLY',
      status: 507,
      place: { file: path.dirname(folder) },
    });
    expect(isDiskFault(error)).toBe(true);
  },
);
