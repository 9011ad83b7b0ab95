import { badRequest } from './entry.ts';

/** Errors of parts of the stores as plain files, and of their way back. */
export const plainFileErrors = {
  EXPORT_TABLE_UNKNOWN: badRequest(
    'The database has no table {table}',
    'It is one of {tables}. Partitions come with their table.',
    '데이터베이스에 {table} 테이블이 없습니다',
    '다음 중 하나를 지정하세요: {tables}. 파티션은 원래 테이블에 포함됩니다.',
  ),
  EXPORT_FILE_TAKEN: badRequest(
    '{path} is there already',
    'Name another file, or add --force to put the export in its place.',
    '{path}{path|이|가} 이미 있습니다',
    '다른 파일을 지정하거나, --force를 붙여 덮어쓰세요.',
  ),
  EXPORT_NO_FILE: badRequest(
    '{path} cannot be written: {why}',
    'Name a file.',
    '{path}에 쓸 수 없습니다({why})',
    '파일을 지정하세요.',
  ),
};
