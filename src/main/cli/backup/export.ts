import { version } from '../../engine/version.ts';
import { collectionNames } from '../../stores/documents/ports.ts';
import type { CapsuleManifest } from '../../stores/exports/capsule-manifest.ts';
import { type Command, type CommonOptions, collect, defineCommand } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, StatusLine, writeResult } from '../lib/output.ts';
import { readCollections } from './import.ts';

interface ExportOptions extends CommonOptions {
  readonly sql?: string;
  readonly table?: readonly string[];
  readonly force?: true;
  readonly documents?: string;
  readonly collection?: readonly string[];
  readonly gzip?: true;
  readonly project?: string;
}

async function exportCapsule(
  project: string,
  name: string,
  { force, json }: ExportOptions,
): Promise<undefined> {
  const [{ exportProject }, { withStores }, { cancellable, makeFile }] = await Promise.all([
    import('../../features/exports/capsules.ts'),
    import('./reach-stores.ts'),
    import('./plain-target.ts'),
  ]);
  const { file, result } = await cancellable((signal) =>
    makeFile(name, force ?? false, (folder) =>
      withStores(async ({ address, documents, openObjects }) => {
        const objects = await openObjects();
        return exportProject({ address, documents, objects }, project, folder, version, signal);
      }),
    ),
  );
  const { manifest } = result;
  const { notKept, tables } = manifest;
  if (!json) remarkNotKept(notKept);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const objects = manifest.files.filter(({ path }) => path.startsWith('objects/')).length;
  const answer = { path: file, project: manifest.project, at: manifest.at, rows, objects, notKept };
  return writeResult({ json }, answer, () =>
    translate(
      `${manifest.project.name}: ${formatCount(rows, 'row', '')}, ${formatCount(objects, 'object', '')}\n${file}`,
      `${manifest.project.name}: 행 ${rows}개, 객체 ${objects}개\n${file}`,
    ),
  );
}

/** What a capsule names and does not have. */
function remarkNotKept({ inPlace, lost }: CapsuleManifest['notKept']): void {
  for (const what of inPlace)
    remark(
      `Not in it: the images of ${what}, which stay where they were imported from.`,
      `담기지 않은 것: ${what}의 이미지. 가져온 폴더에 그대로 있습니다.`,
    );
  if (lost.length > 0)
    remark(
      `The store had lost ${formatCount(lost.length, 'object', '')} before: ${lost.slice(0, 3).join(', ')}`,
      `저장소에 이미 없던 객체 ${lost.length}개: ${lost.slice(0, 3).join(', ')}`,
    );
}

async function exportCollections(
  name: string,
  { collection, gzip, json }: ExportOptions,
): Promise<undefined> {
  const chosen = readCollections(collection) ?? collectionNames;
  const [{ exportDocuments }, { withStores }, { cancellable, fillFolder }] = await Promise.all([
    import('../../stores/exports/documents-export.ts'),
    import('./reach-stores.ts'),
    import('./plain-target.ts'),
  ]);
  const line = new StatusLine();
  const { folder, result } = await cancellable((signal) =>
    fillFolder(name, (aside) =>
      withStores(({ documents }) =>
        exportDocuments(documents, aside, {
          ...{ collections: [...new Set(chosen)], isPacked: gzip ?? false, signal },
          onDocuments: (done) => line.show(formatCount(done, 'document', '문서')),
        }),
      ),
    ),
  ).finally(() => line.clear());
  return writeResult({ json }, { path: folder, collections: result }, () => {
    const counts = result.map(({ name: one, documents }) => [one, String(documents)] as const);
    return `${facts(counts)}\n${folder}`;
  });
}

async function exportTables(
  file: string,
  tables: readonly string[] | null,
  { force, json }: ExportOptions,
): Promise<undefined> {
  const [{ exportSql }, { withStores }, { cancellable, plainTarget }] = await Promise.all([
    import('../../stores/exports/sql-export.ts'),
    import('./reach-stores.ts'),
    import('./plain-target.ts'),
  ]);
  const target = await plainTarget(file, force ?? false);
  const line = new StatusLine();
  const done = await cancellable((cancelled) =>
    withStores(({ address }) =>
      exportSql(address, {
        ...{ tables, version },
        write: (text) => target.write(text, cancelled),
        onRows: (rows) => line.show(formatCount(rows, 'row', '행')),
      }),
    ),
  ).finally(() => line.clear());
  const { length } = done.leftOut;
  if (length > 0 && !json)
    remark(
      `Not in it, and listed at its end: ${formatCount(length, 'definition', '')} of the database.`,
      `담기지 않은 데이터베이스 정의 ${length}개가 파일 끝에 적혀 있습니다.`,
    );
  if (target.file === null) return;
  const { file: path } = target;
  const rows = done.tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { path, at: done.at.toISOString(), tables: done.tables, leftOut: done.leftOut };
  return writeResult({ json }, result, () =>
    translate(
      `${formatCount(rows, 'row', '')} of ${formatCount(done.tables.length, 'table', '')}\n${path}`,
      `테이블 ${done.tables.length}개, 행 ${rows}개\n${path}`,
    ),
  );
}

export function defineExport(group: Command): void {
  defineCommand(group, {
    usage: 'export [file]',
    english: 'write parts of the stores as plain files that psql and other tools read',
    korean: '저장소의 일부를 psql 같은 도구로 읽을 수 있는 파일로 내보냅니다',
    examples: [
      'backup export --sql everything.sql.zst',
      'backup export --sql runs.sql --table workflows --table workflow_runs',
      'backup export --sql -',
      'backup export --documents dump --gzip',
      'backup export --documents dump --collection audit_logs',
      'backup export --project parts parts.tar',
    ],
    json: '{"path", "at", "tables": [{"name", "rows"}], "leftOut": […]}, or {"path", "collections": [{"name", "documents"}]}, or {"path", "project", "at", "rows", "objects", "notKept"}',
  })
    .flag(
      '--sql <file>',
      'the database as SQL for an empty one; packed by its end (.gz, .zst); - is standard output',
      '빈 데이터베이스에 넣을 SQL. 파일 이름이 .gz나 .zst로 끝나면 압축합니다. -는 표준 출력',
    )
    .flag('--table <name>', 'this table alone (several: again)', '이 테이블만. 여러 개면 반복합니다', collect)
    .flag('--force', 'put it in the place of a file that is there', '이미 있는 파일을 덮어씁니다')
    .flag(
      '--documents <folder>',
      'the collections as mongodump writes them, into a folder that is missing or empty',
      '컬렉션을 mongodump 형식으로, 없거나 빈 폴더에',
    )
    .flag(
      '--collection <name>',
      'this collection alone (several: again)',
      '이 컬렉션만. 여러 개면 반복합니다',
      collect,
    )
    .flag('--gzip', 'pack the files of collections', '컬렉션 파일을 gzip으로 압축합니다')
    .flag(
      '--project <project>',
      'one project with all that it refers to, as a tar that "backup import --capsule" adds elsewhere',
      '프로젝트 하나를 관련된 모든 것과 함께 tar로. 다른 곳에서 "backup import --capsule"로 넣습니다',
    )
    .perform<ExportOptions>((options, file) => {
      const { sql, table, documents, project } = options;
      const wanted = [sql, documents, project].filter((one) => one !== undefined);
      if (wanted.length === 1 && (project === undefined) === (file === undefined)) {
        if (sql !== undefined) return exportTables(sql, table ?? null, options);
        if (documents !== undefined) return exportCollections(documents, options);
        if (project !== undefined && file !== undefined) return exportCapsule(project, file, options);
      }
      throw usageError(
        translate('Name one thing to export', '내보낼 것을 하나 지정해야 합니다'),
        translate(
          'Add --sql FILE, --documents FOLDER, or --project PROJECT FILE.',
          '--sql FILE, --documents FOLDER, --project PROJECT FILE 중 하나를 붙이세요.',
        ),
      );
    });
}
