import { badRequest, failure } from './entry.ts';

/** Errors of the state folder and of the files in it. */
export const stateFolderErrors = {
  HOME_UNUSABLE: badRequest(
    '{what}',
    'Set {variable} to a folder that you own, by its absolute path.',
    '상태 폴더를 쓸 수 없습니다. {what}',
    '{variable}{variable|을|를} 자신이 소유한 폴더의 절대 경로로 지정하세요.',
  ),
  HOME_PATH_UNSUITED: badRequest(
    'The path of the state folder, {path}, {fault}',
    'Set TRAINYARD_HOME to a shorter or plainer path; an existing folder can be renamed while no engine runs.',
    '상태 폴더의 경로 {path}: {fault}',
    'TRAINYARD_HOME을 더 짧거나 특수 문자가 없는 경로로 지정하세요. 이미 있는 폴더는 엔진이 멈춘 동안 이름을 바꿔도 됩니다.',
    'TRAINYARD_HOME',
  ),
  HOME_OF_ANOTHER_USER: badRequest(
    "{path} is another user's (number {uid})",
    'Run Trainyard as that user, or set TRAINYARD_HOME to a folder of your own.',
    '{path}의 소유자가 다른 사용자(번호 {uid})입니다',
    '그 사용자로 Trainyard를 실행하거나 TRAINYARD_HOME을 자신의 폴더로 지정하세요.',
  ),
  HOME_HAS_OTHER_FILES: badRequest(
    "The folder {home} holds files, and none of Trainyard's: it would be closed to everybody else",
    'Set TRAINYARD_HOME to an empty folder, or to one that is not there yet.',
    '{home} 폴더에 Trainyard의 것이 아닌 파일이 있습니다. 상태 폴더로 쓰면 다른 사용자가 들어갈 수 없게 됩니다',
    'TRAINYARD_HOME을 비어 있거나 아직 없는 폴더로 지정하세요.',
  ),
  STATE_FILE_DAMAGED: failure(
    '{file} {fault}',
    '{hint}',
    '상태 파일 {file}: {fault}',
    '그대로는 쓸 수 없습니다. {hint}',
  ),
  STATE_FILE_IRREGULAR: failure(
    '{file} is {kind}, not a file',
    '{hint}',
    '{file}{file|은|는} 파일이어야 하는데 {kind}입니다',
    '그대로는 쓸 수 없습니다. {hint}',
  ),
  STATE_FILE_UNREADABLE: failure(
    '{file} cannot be read ({cause})',
    '{hint}',
    '{file}{file|을|를} 읽을 수 없습니다({cause})',
    '권한과 소유자를 확인하세요. {hint}',
  ),
  STATE_FOLDER_IRREGULAR: failure(
    '{folder} {fault}',
    '{hint}',
    '상태 폴더 안의 {folder}: {fault}',
    '그대로는 쓸 수 없습니다. {hint}',
  ),
  SETTING_DAMAGED: failure(
    'The setting "{name}" in settings.sqlite has an invalid value ({fault})',
    'Put settings.sqlite back from a backup, or move it away: the next start makes one with default settings.',
    'settings.sqlite의 설정 "{name}"에 Trainyard가 쓰지 않는 값이 있습니다({fault})',
    'settings.sqlite를 백업에서 되돌리세요. 다른 곳으로 옮기면 다음 시작 때 기본 설정으로 새로 만들어집니다.',
  ),
  SETTING_INVALID: badRequest(
    'The setting {name} cannot be kept: {reason}',
    'Give a name of letters, digits, dots, _ and - that starts with a lower-case letter, and a JSON value.',
    '설정 {name}{name|을|를} 저장할 수 없습니다: {reason}',
    '이름은 영문 소문자로 시작해 영문자, 숫자, 점, _, -로 쓰고, 값은 JSON이어야 합니다.',
  ),
  SETTINGS_CORRUPT: failure(
    '{file} is damaged; it was set aside as {aside}',
    'Start again to continue with default settings, or restore the file from a backup first.',
    '{file}{file|이|가} 손상되어 {aside}{aside|으로|로} 옮겨 두었습니다',
    '다시 시작하면 기본 설정으로 이어집니다. 백업이 있으면 먼저 되돌려 놓으세요.',
  ),
  SETTINGS_TOO_NEW: failure(
    '{file} was written by a newer Trainyard (revision {found}; this one knows {known})',
    'Use that version, or another TRAINYARD_HOME.',
    '{file}{file|은|는} 더 새로운 Trainyard가 쓴 파일입니다(리비전 {found}. 이 버전은 {known}까지 압니다)',
    '그 버전을 쓰거나 다른 TRAINYARD_HOME을 지정하세요.',
  ),
  SETTINGS_UNAVAILABLE: failure(
    '{file} cannot be used ({cause})',
    'Check that the folder is writable, that the disk has room, and that no other program uses the file.',
    '{file}{file|을|를} 쓸 수 없습니다({cause})',
    '폴더에 쓸 수 있는지, 디스크에 공간이 있는지, 다른 프로그램이 파일을 쓰고 있지 않은지 확인하세요.',
  ),
  EXTERNAL_NOT_SET: badRequest(
    '{what}',
    'Write their addresses into a file (docs/profiles.md) and run "trainyard profile external FILE".',
    'external 프로필의 서버를 모릅니다. {what}',
    '주소를 파일에 적고 "trainyard profile external FILE"을 실행하세요(docs/profiles.md).',
  ),
  EXTERNAL_INVALID: badRequest(
    '{place}: {reason}',
    'Correct it; docs/profiles.md has an example of each store.',
    '{place}: 서버 주소가 올바르지 않습니다({reason})',
    '고쳐 쓰세요. docs/profiles.md에 저장소마다 예가 있습니다.',
  ),
};
