import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemFault } from '../../src/main/platform/faults/system-fault.ts';
import { readStateFile } from '../../src/main/platform/state-file.ts';
import { fault, inLanguage } from '../../src/shared/errors/catalogue.ts';
import { TrainyardError } from '../../src/shared/errors/error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('a file in the way is told in both languages with the path that failed and the file that is in its way', async () => {
  await using place = await temporaryFolder();
  const blocking = path.join(place.folder, 'runs');
  await writeFile(blocking, '');
  const wanted = path.join(blocking, 'one', 'two');
  const fault = systemFault(await thrownBy(() => mkdir(wanted, { recursive: true })));
  expect(fault).toMatchObject({ code: 'FILE_IN_THE_WAY', status: 500, place: { file: blocking } });
  expect(fault?.message).toBe(
    `${wanted} can't be made: a file stands where a folder should be: ${blocking} (ENOTDIR)`,
  );
  expect(fault && inLanguage(fault.record, 'ko').message).toBe(
    `${wanted}: 만들 수 없습니다. 폴더가 있어야 할 자리에 파일이 있습니다: ${blocking}(ENOTDIR)`,
  );
});

test('a name that is too long is told in both languages with what can be done', async () => {
  const file = path.join('/tmp', 'x'.repeat(300));
  const fault = systemFault(await thrownBy(() => readFile(file)));
  expect(fault).toMatchObject({ code: 'PATH_TOO_LONG', hint: 'Use a shorter path, or shorter names.' });
  const korean = fault && inLanguage(fault.record, 'ko');
  expect(korean?.message).toContain(file);
  expect(korean?.hint).toMatch(/[가-힣]/);
});

test('a read or a write that SQLite could not do may be a full disk, too, and its hint says so', () => {
  const met = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
  const fault = systemFault(met);
  expect(fault).toMatchObject({ code: 'DISK_FAULT', hint: expect.stringMatching(/make room/) });
  expect(fault && inLanguage(fault.record, 'ko').hint).toMatch(/공간/);
  const read = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read', path: '/x' });
  expect(systemFault(read)?.hint).not.toMatch(/room/);
});

test('what a full disk broke off is told in both languages with the step that failed', () => {
  const refused = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
    path: '/tmp/settings.sqlite',
  });
  const step = TrainyardError.from(
    {
      code: 'SETTINGS_UNAVAILABLE',
      message: '/tmp/settings.sqlite cannot be used (full)',
      hint: '',
      parameters: { file: '/tmp/settings.sqlite', cause: 'full' },
    },
    { cause: refused },
  );
  const fault = systemFault(step);
  expect(fault?.code).toBe('DISK_FULL');
  expect(fault?.message).toMatch(/^No space is left on the disk for .* free\)\. .* cannot be used \(full\)$/);
  expect(fault && inLanguage(fault.record, 'ko').message).toMatch(
    /남은 공간이 없습니다\(.* 남음\)\. \/tmp\/settings\.sqlite을\(를\) 쓸 수 없습니다\(full\)$/,
  );
});

test('a damaged state file is told in Korean with its path, its field and its own hint', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'a.json');
  await writeFile(file, '{"count": "many"}');
  const hint = { en: 'Remove it.', ko: '지우세요.' };
  const error = await thrownBy(() => readStateFile(file, z.object({ count: z.int() }), { hint }));
  if (!(error instanceof TrainyardError)) throw error;
  const korean = inLanguage(error.record, 'ko');
  expect(korean.message).toContain(file);
  expect(korean.message).toContain('count 항목이 없거나 올바르지 않습니다');
  expect(korean.hint).toContain('지우세요.');
});

test('a disk for reading only is told once, whoever noticed it and whichever file it was about', () => {
  const file = '/disk/home';
  const refused = Object.assign(new Error(`EROFS: read-only file system, mkdir '${file}'`), {
    code: 'EROFS',
    syscall: 'mkdir',
    path: file,
  });
  const home = (at: string) =>
    fault(
      'HOME_UNUSABLE',
      {
        what: {
          en: `The state folder ${at} cannot be made (${refused.message})`,
          ko: `${at} 폴더를 만들 수 없습니다(${refused.message})`,
        },
        variable: 'TRAINYARD_HOME',
      },
      { place: { file: at }, cause: refused },
    );
  const once = systemFault(home(file));
  expect(once).toMatchObject({ code: 'DISK_READ_ONLY', status: 507, place: { file } });
  expect(once?.message).toBe(`${file} can't be made: the file system is mounted for reading only (EROFS)`);
  const above = systemFault(home(`${file}/below`));
  expect(above?.message).toBe(
    `${file} can't be made: the file system is mounted for reading only (EROFS). The state folder ${file}/below cannot be made`,
  );
  expect(above && inLanguage(above.record, 'ko').message).toBe(
    `${file}: 만들 수 없습니다. 파일 시스템이 읽기 전용입니다(EROFS). 상태 폴더를 쓸 수 없습니다. ${file}/below 폴더를 만들 수 없습니다`,
  );
});
