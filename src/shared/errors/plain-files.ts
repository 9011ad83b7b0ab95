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
    'Name another file[cli:, or add --force to put the export in its place].',
    '{path}{path|이|가} 이미 있습니다',
    '다른 파일을 지정하세요.[cli: 덮어쓰려면 --force를 붙이세요.]',
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
    'Nothing was imported. Remove one of the two, or import the other collections alone[cli:: --collection].',
    '{file}의 {number}번째 문서: {collection}에 내용이 다른 문서 {id}{id|이|가} 있습니다',
    '가져온 것은 없습니다. 둘 중 하나를 지우거나, [cli:--collection으로 ]다른 컬렉션만 가져오세요.',
  ),
  IMPORT_DOCUMENT_TAKEN: conflict(
    '{file}, document {number}: the document {holder} of {collection} has the {field} {value} already',
    'Nothing was imported. Give one of the two another {field}.',
    '{file}의 {number}번째 문서: {collection}의 문서 {holder}에 같은 {field}({value})가 이미 있습니다',
    '가져온 것은 없습니다. 둘 중 하나의 {field} 값을 바꾸세요.',
  ),
  IMPORT_TABLE_MISSING: badRequest(
    '{file} has no rows of the table {table}',
    'It reads files as [cli:"trainyard backup export --sql"][page:an export] and pg_dump write them, with rows as COPY blocks.',
    '{file}에 {table} 테이블의 행이 없습니다',
    '[cli:"trainyard backup export --sql"이][page:내보내기]나 pg_dump로 만든, 행이 COPY 블록으로 든 파일만 읽습니다.',
  ),
  IMPORT_COLUMNS_DIFFER: badRequest(
    '{file} and the database do not agree on the table {table}: {what}',
    'Nothing was imported. Bring both to the same revision (trainyard db current), then export again.',
    '{file}과 데이터베이스의 {table} 테이블이 서로 다릅니다. {what}',
    '가져온 것은 없습니다. 양쪽을 같은 리비전으로 맞추고(trainyard db current) 다시 내보내세요.',
  ),
  IMPORT_ROW_INVALID: badRequest(
    '{file}, line {line}: {reason}',
    'Nothing was imported. Correct the line, or export again.',
    '{file}의 {line}번째 줄: {reason}',
    '가져온 것은 없습니다. 그 줄을 고치거나 다시 내보내세요.',
  ),
  IMPORT_ROWS_REFUSED: badRequest(
    'The table {table} does not take the rows of {file}: {reason}',
    'Nothing was imported. Correct the rows where they come from.',
    '{table} 테이블에 {file}의 행을 넣을 수 없습니다: {reason}',
    '가져온 것은 없습니다. 원본의 행을 바로잡으세요.',
  ),
  IMPORT_ROW_DIFFERS: conflict(
    '{file}, line {line}: {table} has a row {key} with other content',
    'Nothing was imported.[cli: To keep the row that is there and import the others: --on-conflict skip.]',
    '{file}의 {line}번째 줄: {table}에 내용이 다른 {key} 행이 있습니다',
    '가져온 것은 없습니다.[cli: 있는 행을 두고 나머지만 가져오려면 --on-conflict skip을 쓰세요.]',
  ),
  IMPORT_ROW_TAKEN: conflict(
    '{file}, line {line}: the row {key} is like another one of {table} where it may not be: {reason}',
    'Nothing was imported.[cli: To leave it out and import the others: --on-conflict skip.]',
    '{file}의 {line}번째 줄: {key} 행의 값이 {table}의 다른 행과 겹칩니다({reason})',
    '가져온 것은 없습니다.[cli: 이 행을 빼고 나머지만 가져오려면 --on-conflict skip을 쓰세요.]',
  ),
  IMPORT_REFERENCE_MISSING: conflict(
    '{file}, line {line}: {columns} is {value}, and {other} has no such row',
    'Nothing was imported. Import the rows of {other} first.',
    '{file}의 {line}번째 줄: {columns} 값이 {value}인데 {other}에 그런 행이 없습니다',
    '가져온 것은 없습니다. {other}의 행을 먼저 가져오세요.',
  ),
  CAPSULE_RUN_UNDER_WAY: conflict(
    'The run "{run}" of the project is not over yet',
    'Wait until it is over, or cancel it, then export the project.',
    '프로젝트의 학습 "{run}"{run|이|가} 아직 끝나지 않았습니다',
    '끝날 때까지 기다리거나 취소한 뒤 내보내세요.',
  ),
  CAPSULE_DAMAGED: badRequest(
    'The capsule cannot be used, because of its file {file}: {reason}',
    'Nothing was imported. Copy the capsule again from where it came from, or export it anew.',
    '캡슐의 {file} 파일 때문에 쓸 수 없습니다. {reason}',
    '가져온 것은 없습니다. 캡슐을 원본에서 다시 복사하거나 다시 내보내세요.',
  ),
  CAPSULE_REVISION_DIFFERS: conflict(
    'The capsule was made at the revision {theirs}, and this database is at {ours}',
    'Nothing was imported. Use the same version of Trainyard on both sides, then export the project again.',
    '캡슐의 리비전은 {theirs}인데 이 데이터베이스의 리비전은 {ours}입니다',
    '가져온 것은 없습니다. 양쪽에서 같은 버전의 Trainyard를 쓰고 프로젝트를 다시 내보내세요.',
  ),
  CAPSULE_OBJECT_DIFFERS: conflict(
    'The object {key} is there already with other content',
    'Nothing was imported. Remove what it belongs to, or import into another state folder.',
    '객체 {key}{key|이|가} 이미 다른 내용으로 있습니다',
    '가져온 것은 없습니다. 그 객체가 속한 것을 지우거나 다른 상태 폴더에 가져오세요.',
  ),
};
