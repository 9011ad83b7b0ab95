import { entry, failure } from './entry.ts';

/** A failed operation on a file: which, what could not be done, why, and the system's own word for that. */
export const failedOnFile = {
  en: "{file} can't be {done}: {why} ({system})",
  ko: '{file}: {done} 수 없습니다. {why}({system})',
} as const;

function fileFailure<Hint extends string>(en: Hint, ko: string) {
  return failure(failedOnFile.en, en, failedOnFile.ko, ko);
}

/** What the operating system says of files and disks. */
export const machineErrors = {
  DISK_FULL: entry(
    507,
    '{what}{step}',
    'Make room {how}',
    '디스크 공간이 부족합니다: {what}{step}',
    '공간을 비우세요. {how}',
  ),
  DISK_READ_ONLY: entry(
    507,
    `${failedOnFile.en}{step}`,
    'Mount it for writing (a disk with faults is switched over by the system: see dmesg), or set TRAINYARD_HOME to another disk.',
    `${failedOnFile.ko}{step}`,
    '쓸 수 있게 다시 마운트하거나 TRAINYARD_HOME을 다른 디스크로 지정하세요. 고장 난 디스크는 시스템이 읽기 전용으로 바꿉니다(dmesg 참고).',
  ),
  DISK_FAULT: fileFailure(
    'See the system’s log (dmesg), check the disk or the network share, and copy the state folder to another one.{also}',
    '시스템 로그(dmesg)를 보고 디스크나 네트워크 공유를 점검한 뒤, 상태 폴더를 다른 디스크에 복사하세요.{also}',
  ),
  FILE_IN_THE_WAY: fileFailure(
    'Move that file away. Trainyard makes the folder again.',
    '그 파일을 다른 곳으로 옮기세요. 폴더는 Trainyard가 다시 만듭니다.',
  ),
  FOLDER_IN_THE_WAY: fileFailure(
    'Move that folder away, or put the file back from a backup.',
    '그 폴더를 옮기거나 백업에서 파일을 되돌리세요.',
  ),
  FILE_FORBIDDEN: fileFailure(
    'Give the file or folder back to the user that runs Trainyard (chown), or start Trainyard as the user that owns it.',
    'Trainyard를 실행하는 사용자에게 소유권을 돌려주거나(chown), 소유한 사용자로 Trainyard를 시작하세요.',
  ),
  FILE_MISSING: fileFailure(
    'Put it back, or see what removes it; folders of Trainyard are made again at a start.',
    '되돌려 놓거나 무엇이 지웠는지 확인하세요. Trainyard의 폴더는 시작할 때 다시 만들어집니다.',
  ),
  FILE_EXISTS: fileFailure(
    'Move the existing file or folder away, or choose another name.',
    '있는 파일이나 폴더를 옮기거나 다른 이름을 고르세요.',
  ),
  FILE_BUSY: fileFailure(
    'Close that program, or wait until it is done, and try again.',
    '그 프로그램을 닫거나 끝나기를 기다렸다가 다시 시도하세요.',
  ),
  // Also found in datasets, with other words.
  FILE_TOO_LARGE: failure('{what}', '{hint}', '파일이 너무 큽니다. {what}', '크기나 제한을 바꾸세요. {hint}'),
  PATH_TOO_LONG: failure('{what}', '{hint}', '경로가 너무 깁니다. {what}', '이름을 줄이세요. {hint}'),
  FILE_SYSTEM_UNSUITED: fileFailure(
    'Keep the whole state folder on one file system of a local disk (TRAINYARD_HOME); "trainyard doctor" says what a file system lacks.',
    '상태 폴더 전체를 로컬 디스크의 한 파일 시스템에 두세요(TRAINYARD_HOME). 무엇이 부족한지는 "trainyard doctor"가 알려 줍니다.',
  ),
  TOO_MANY_OPEN_FILES: fileFailure(
    'Close other programs, or raise the limit (ulimit -n) and start the engine again.',
    '다른 프로그램을 닫거나 제한을 늘리고(ulimit -n) 엔진을 다시 시작하세요.',
  ),
  LINK_LOOP: fileFailure('Remove the link that leads back.', '되돌아가는 링크를 지우세요.'),
  STATE_FILE_UNUSABLE: fileFailure(
    'Check that it is a file, that the folder is yours and writable, and that its disk has room.',
    '그 자리에 있는 것이 파일인지, 폴더에 쓸 권한이 있는지, 디스크에 공간이 있는지 확인하세요.',
  ),
  ENGINE_FAULT: failure(
    'The engine could not recover from an error, and shut down cleanly ({cause})',
    'Start it again. Nothing is lost, and trainings continued. The cause is in its log in the state folder.',
    '엔진에 복구할 수 없는 오류가 생겨 안전하게 종료했습니다({cause})',
    '다시 시작하세요. 잃은 것은 없고 학습은 계속되었습니다. 원인은 상태 폴더의 엔진 로그에 있습니다.',
  ),
};
