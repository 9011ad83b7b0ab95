import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import type { RevisionFile } from './plan.ts';

/** A revision's file with its two parts. */
export interface MigrationText extends RevisionFile {
  readonly up: string;
  readonly down: string;
}

const namePattern = /^(\d{4,})_[a-z0-9_]+\.sql$/;
const upHeading = /^-- Up Migration$/m;
const downHeading = /^-- Down Migration$/m;

function invalid(file: string, what: Bilingual, hint: Bilingual): TrainyardError {
  return fault('REVISION_FILES_INVALID', { file, fault: what, hint }, { place: { file } });
}

/** Reads one file. @throws TrainyardError REVISION_FILES_INVALID */
export async function readMigration(file: string): Promise<MigrationText> {
  // A checkout on Windows may have other line ends: the same revision all the same.
  const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
  const up = text.search(upHeading);
  const down = text.search(downHeading);
  if (up < 0 || down < up) {
    throw invalid(
      file,
      {
        en: 'has no "-- Up Migration" followed by a "-- Down Migration"',
        ko: '"-- Up Migration"과 그 뒤의 "-- Down Migration"이 없습니다',
      },
      {
        en: 'Every revision says how to go up and how to go back: add the two headings.',
        ko: '리비전마다 올리는 방법과 되돌리는 방법이 있어야 합니다. 두 제목을 넣으세요.',
      },
    );
  }
  return {
    name: path.basename(file, '.sql'),
    checksum: createHash('sha256').update(text).digest('hex'),
    up: text.slice(up, down),
    down: text.slice(down),
  };
}

/** The numbered files of a folder, in order. @throws TrainyardError REVISION_FILES_INVALID (a name without a number, a number twice, no up or down) */
export async function readMigrations(folder: string): Promise<MigrationText[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  let last = 0;
  for (const name of names) {
    const number = Number(namePattern.exec(name)?.[1]);
    if (number > last) {
      last = number;
      continue;
    }
    throw invalid(
      path.join(folder, name),
      Number.isNaN(number)
        ? {
            en: 'is not named as 0001_what_it_does.sql',
            ko: '이름이 0001_what_it_does.sql 꼴이 아닙니다',
          }
        : { en: 'has a number that is taken', ko: '번호가 다른 파일과 겹칩니다' },
      {
        en: 'Give each file a number of four digits of its own.',
        ko: '파일마다 서로 다른 네 자리 번호를 붙이세요.',
      },
    );
  }
  return Promise.all(names.map((name) => readMigration(path.join(folder, name))));
}

/** Writes a new file and answers its path. @throws TrainyardError REVISION_NOT_WRITTEN */
export async function createMigration(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, `${name}.sql`);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST', 'EACCES', 'EROFS', 'ENOENT')) throw error;
    throw fault('REVISION_NOT_WRITTEN', { file, system: error.code }, { place: { file }, cause: error });
  }
  return file;
}
