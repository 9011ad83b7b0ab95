import path from 'node:path';
import { type CollectionName, collectionNames } from '../../stores/documents/ports.ts';
import { type Command, type CommonOptions, collect, defineCommand } from '../lib/define.ts';
import { inOwnWords, readName, usageError } from '../lib/failure.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, StatusLine, table, writeResult } from '../lib/output.ts';

interface ImportOptions extends CommonOptions {
  readonly documents?: string;
  readonly collection?: readonly string[];
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
  const ok = problemCount === 0;
  const named = problems.map(({ record }) => {
    const { code, message, hint } = inOwnWords(record);
    return { code, message, hint, file: record.place.file ?? null, field: record.place.field ?? null };
  });
  if (!ok && !json) {
    for (const { message, hint } of named) remark(`! ${message}\n  → ${hint}`);
    if (problemCount > named.length)
      remark(`… and ${problemCount - named.length} more`, `… 외 ${problemCount - named.length}건`);
  }
  await writeResult({ json }, { ok, collections, problems: named, problemCount }, () =>
    ok
      ? table(collections, [
          [translate('COLLECTION', '컬렉션'), ({ name }) => name],
          [translate('ADDED', '추가'), ({ added }) => added, 'right'],
          [translate('THERE ALREADY', '이미 있음'), ({ present }) => present, 'right'],
          [translate('EXPIRED', '만료'), ({ expired }) => expired, 'right'],
        ])
      : translate('Nothing was imported.', '가져온 것이 없습니다.'),
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
    json: '{"ok", "collections": [{"name", "added", "present", "expired"}], "problems": [{"code", "message", "hint", "file", "field"}], "problemCount"}',
  })
    .flag('--documents <folder>', 'collections as mongodump writes them', 'mongodump 형식의 컬렉션 폴더')
    .flag(
      '--collection <name>',
      'this collection alone (several: again)',
      '이 컬렉션만. 여러 개면 반복합니다',
      collect,
    )
    .perform<ImportOptions>((options) => {
      if (options.documents !== undefined) return importCollections(options.documents, options);
      throw usageError(
        translate('It is not said what to import', '무엇을 가져올지 지정하지 않았습니다'),
        translate('Add --documents FOLDER.', '--documents FOLDER를 붙이세요.'),
      );
    });
}
