import { version } from '../../engine/version.ts';
import { type Command, type CommonOptions, collect, defineCommand } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, StatusLine, writeResult } from '../lib/output.ts';

interface ExportOptions extends CommonOptions {
  readonly sql?: string;
  readonly table?: readonly string[];
  readonly force?: true;
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
    usage: 'export',
    english: 'write parts of the stores as plain files that psql and other tools read',
    korean: '저장소의 일부를 psql 같은 도구로 읽을 수 있는 파일로 내보냅니다',
    examples: [
      'backup export --sql everything.sql.zst',
      'backup export --sql runs.sql --table workflows --table workflow_runs',
      'backup export --sql -',
    ],
    json: '{"path", "at", "tables": [{"name", "rows"}], "leftOut": […]}',
  })
    .flag(
      '--sql <file>',
      'the database as SQL for an empty one; packed by its end (.gz, .zst); - is standard output',
      '빈 데이터베이스에 넣을 SQL. 파일 이름이 .gz나 .zst로 끝나면 압축합니다. -는 표준 출력',
    )
    .flag('--table <name>', 'this table alone (several: again)', '이 테이블만. 여러 개면 반복합니다', collect)
    .flag('--force', 'put it in the place of a file that is there', '이미 있는 파일을 덮어씁니다')
    .perform<ExportOptions>((options) => {
      const { sql, table } = options;
      if (sql !== undefined) return exportTables(sql, table ?? null, options);
      throw usageError(
        translate('It is not said what to export', '무엇을 내보낼지 지정하지 않았습니다'),
        translate('Add --sql FILE.', '--sql FILE을 붙이세요.'),
      );
    });
}
