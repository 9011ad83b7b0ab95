import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { homeFolder } from '../../platform/paths.ts';
import { type CollectionName, collectionNames } from '../../stores/documents/ports.ts';
import type { RowConflicts } from '../../stores/exports/row-conflicts.ts';
import { type Command, type CommonOptions, collect, defineCommand } from '../lib/define.ts';
import { inOwnWords, readName, usageError } from '../lib/failure.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, StatusLine, table, writeResult } from '../lib/output.ts';

interface ImportOptions extends CommonOptions {
  readonly documents?: string;
  readonly collection?: readonly string[];
  readonly sql?: string;
  readonly table?: string;
  readonly onConflict: RowConflicts;
  readonly capsule?: string;
}

/** Collections that were named; null where none was. @throws TrainyardError USAGE */
export const readCollections = (names: readonly string[] | undefined): readonly CollectionName[] | null =>
  names?.map((name) => readName(collectionNames, name, { en: 'collection', ko: '컬렉션' })) ?? null;

async function importCollections(folder: string, { collection, json }: ImportOptions): Promise<number> {
  const chosen = readCollections(collection);
  const [{ dumpedCollections }, { importDocuments }, { withStores }] = await Promise.all([
    import('../../stores/exports/dumped-collections.ts'),
    import('../../stores/exports/documents-import.ts'),
    import('./reach-stores.ts'),
  ]);
  const dumped = await dumpedCollections(path.resolve(folder), chosen);
  const line = new StatusLine();
  const { collections, problems, problemCount } = await withStores(({ documents }) =>
    importDocuments(documents, dumped, (done) => line.show(formatCount(done, 'document', '문서'))),
  ).finally(() => line.clear());
  const text = () =>
    table(collections, [
      [translate('COLLECTION', '컬렉션'), ({ name }) => name],
      [translate('ADDED', '추가'), ({ added }) => added, 'right'],
      [translate('THERE ALREADY', '이미 있음'), ({ present }) => present, 'right'],
      [translate('EXPIRED', '만료'), ({ expired }) => expired, 'right'],
    ]);
  return report({ collections }, { problems, problemCount }, json, text);
}

async function importTable(file: string, name: string, { onConflict, json }: ImportOptions): Promise<number> {
  const [{ importRows }, { withStores }] = await Promise.all([
    import('../../stores/exports/rows-import.ts'),
    import('./reach-stores.ts'),
  ]);
  const { problems, problemCount, ...counts } = await withStores(({ address }) =>
    importRows(address, { file, table: name, onConflict }),
  );
  const { added, present, skipped } = counts;
  const text = () =>
    facts([
      [translate('Added', '추가'), String(added)],
      [translate('There already', '이미 있음'), String(present)],
      [translate('Skipped', '건너뜀'), String(skipped)],
    ]);
  return report(counts, { problems, problemCount }, json, text);
}

/** With no engine on the state folder: its stores are changed together. */
async function importCapsule(file: string, { json }: ImportOptions): Promise<number> {
  const [{ importProject }, { holdStores }, { openStateFolder }] = await Promise.all([
    import('../../features/exports/capsules.ts'),
    import('../../engine/held-stores.ts'),
    import('../../platform/state-folder.ts'),
  ]);
  await using stack = new AsyncDisposableStack();
  const { stores, home } = await holdStores({ home: homeFolder() }, stack);
  const folder = await mkdtemp(path.join(openStateFolder(home, 'scratch'), 'capsule-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { problems, problemCount, ...result } = await importProject(stores, file, folder);
  const { project, rows, documents, objects } = result;
  const text = () =>
    facts([
      [translate('Project', '프로젝트'), `${project.name} (${project.id})`],
      [translate('Rows added', '추가한 행'), String(rows)],
      [translate('Documents added', '추가한 문서'), String(documents)],
      [translate('Objects added', '추가한 객체'), String(objects)],
    ]);
  return report(result, { problems, problemCount }, json, text);
}

/** Writes what was imported, or why nothing was. @returns the exit code */
async function report(
  result: object,
  { problems, problemCount }: { readonly problems: readonly TrainyardError[]; readonly problemCount: number },
  json: true | undefined,
  text: () => string,
): Promise<number> {
  const ok = problemCount === 0;
  const named = problems.map(({ record }) => {
    const { code, message, hint } = inOwnWords(record);
    const { file = null, line = null, field = null } = record.place;
    return { code, message, hint, file, line, field };
  });
  if (!ok && !json) {
    for (const { message, hint } of named) remark(`! ${message}\n  → ${hint}`);
    if (problemCount > named.length)
      remark(`… and ${problemCount - named.length} more`, `… 외 ${problemCount - named.length}건`);
  }
  await writeResult({ json }, { ok, ...result, problems: named, problemCount }, () =>
    ok ? text() : translate('Nothing was imported.', '가져온 것이 없습니다.'),
  );
  return ok ? 0 : 1;
}

export function defineImport(group: Command): void {
  defineCommand(group, {
    usage: 'import',
    english:
      'add what was exported as plain files. All of it is checked first; what is there already stays as it is. Exit code 1 where anything does not fit: then nothing is imported',
    korean:
      '파일로 내보낸 것을 다시 넣습니다. 먼저 모두 확인하며, 이미 있는 것은 그대로 둡니다. 맞지 않는 것이 있으면 아무것도 넣지 않고 종료 코드 1로 끝납니다',
    examples: [
      'backup import --documents dump',
      'backup import --documents dump --collection audit_logs --json',
    ],
    json: '{"ok", "collections": [{"name", "added", "present", "expired"}], "problems": [{"code", "message", "hint", "file", "line", "field"}], "problemCount"}, of rows "table", "added", "present", "skipped", of a project "project", "rows", "documents", "objects", "notKept"',
  })
    .flag('--documents <folder>', 'collections as mongodump writes them', 'mongodump 형식의 컬렉션 폴더')
    .flag(
      '--collection <name>',
      'this collection alone (several: again)',
      '이 컬렉션만. 여러 개면 반복합니다',
      collect,
    )
    .flag(
      '--sql <file>',
      'rows from SQL that "backup export" or pg_dump wrote; nothing of it is run',
      '"backup export"나 pg_dump가 만든 SQL 파일의 행. 파일의 SQL은 실행하지 않습니다',
    )
    .flag('--table <name>', 'whose rows to take from it', '행을 가져올 테이블')
    .flag(
      '--on-conflict <what>',
      'of a row that is there with other content: import nothing, or leave it as it is',
      '내용이 다른 행이 이미 있으면 아무것도 가져오지 않거나(fail), 그 행을 그대로 둡니다(skip)',
      ['fail', 'skip'] satisfies RowConflicts[],
      'fail',
    )
    .flag(
      '--capsule <file>',
      'a project that "backup export --project" wrote; no engine may run on the state folder',
      '"backup export --project"로 내보낸 프로젝트. 상태 폴더에 엔진이 실행 중이면 안 됩니다',
    )
    .perform<ImportOptions>((options) => {
      const { documents, sql, table: name, capsule } = options;
      if ([documents, sql, capsule].filter((one) => one !== undefined).length === 1) {
        if (documents !== undefined) return importCollections(documents, options);
        if (capsule !== undefined) return importCapsule(capsule, options);
        if (sql !== undefined && name !== undefined) return importTable(sql, name, options);
      }
      throw usageError(
        translate('Name one thing to import', '가져올 것을 하나 지정해야 합니다'),
        translate(
          'Add --documents FOLDER, --sql FILE and --table NAME, or --capsule FILE.',
          '--documents FOLDER, --sql FILE --table NAME, --capsule FILE 중 하나를 붙이세요.',
        ),
      );
    });
}
