import { badRequest, conflict } from './entry.ts';

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
  EXPORT_FOLDER_TAKEN: badRequest(
    '{path} is there already, and is no empty folder',
    'Name a folder that is missing or empty.',
    '{path}{path|이|가} 이미 있고, 빈 폴더가 아닙니다',
    '없거나 빈 폴더를 지정하세요.',
  ),
  EXPORT_NO_FILE: badRequest(
    '{path} cannot be written: {why}',
    'Name a file.',
    '{path}에 쓸 수 없습니다({why})',
    '파일을 지정하세요.',
  ),
  IMPORT_NOTHING_THERE: badRequest(
    '{folder} has no file of {what}',
    'Name a folder with files as mongodump writes them: NAME.bson or NAME.bson.gz, there or in its folder vision_platform.',
    '{folder}에 {what} 파일이 없습니다',
    'mongodump 형식의 파일(NAME.bson, NAME.bson.gz)이 들어 있는 폴더를 지정하세요. 그 안의 vision_platform 폴더도 찾아봅니다.',
  ),
  IMPORT_FILE_DAMAGED: badRequest(
    '{file} cannot be imported: {reason}',
    'Nothing was imported. Copy the file again from where it came from, or export it anew.',
    '{file}{file|을|를} 가져올 수 없습니다. {reason}',
    '가져온 것은 없습니다. 파일을 원본에서 다시 복사하거나 다시 내보내세요.',
  ),
  IMPORT_DOCUMENT_INVALID: badRequest(
    '{file}, document {number}: {reason}',
    'Correct it where it comes from. Nothing was imported.',
    '{file}의 {number}번째 문서: {reason}',
    '원본에서 바로잡으세요. 가져온 것은 없습니다.',
  ),
  IMPORT_DOCUMENT_DIFFERS: conflict(
    '{file}, document {number}: {collection} has a document {id} with other content',
    'Nothing was imported. Remove one of the two, or import the other collections alone: --collection.',
    '{file}의 {number}번째 문서: {collection}에 내용이 다른 문서 {id}{id|이|가} 있습니다',
    '가져온 것은 없습니다. 둘 중 하나를 지우거나, --collection으로 다른 컬렉션만 가져오세요.',
  ),
  IMPORT_DOCUMENT_TAKEN: conflict(
    '{file}, document {number}: the document {holder} of {collection} has the {field} {value} already',
    'Nothing was imported. Give one of the two another {field}.',
    '{file}의 {number}번째 문서: {collection}의 문서 {holder}에 같은 {field}({value})가 이미 있습니다',
    '가져온 것은 없습니다. 둘 중 하나의 {field} 값을 바꾸세요.',
  ),
};
