import { badRequest } from './entry.ts';

/** Why a value is not taken as a setting. */
export const settingErrors = {
  SETTING_PATH_RELATIVE: badRequest(
    '"{path}" is no absolute path',
    'Give the whole path: the engine works in another folder than you.',
    '"{path}"{path|은|는} 절대 경로가 아닙니다',
    '전체 경로를 적으세요. 엔진은 다른 폴더에서 실행됩니다.',
    'value',
  ),
  WHEELS_NOT_FOUND: badRequest(
    'There are no wheels (*.whl) in the folder {folder}',
    'Fill it on a machine of the same kind: pip download -r requirements.lock -d FOLDER. The folder must be on the engine’s machine, and its user able to read it.',
    '{folder} 폴더에 wheel 파일(*.whl)이 없습니다',
    '같은 종류의 컴퓨터에서 pip download -r requirements.lock -d 폴더 명령으로 채우세요. 폴더는 엔진이 있는 컴퓨터에 있고 엔진 사용자가 읽을 수 있어야 합니다.',
    'value',
  ),
};
