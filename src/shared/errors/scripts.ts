import { badRequest } from './entry.ts';

/** Why a script of somebody's own is not started. */
export const scriptErrors = {
  SCRIPT_COMMAND_EMPTY: badRequest(
    'The command of the script is empty',
    'Give the line that starts it in a shell: [cli:--command "python train.py"][page:python train.py].',
    '스크립트 명령이 비어 있습니다',
    '셸에서 스크립트를 시작하는 명령을 적으세요: [cli:--command "python train.py"][page:python train.py]',
    'script.command',
  ),
  SCRIPT_COMMAND_UNUSABLE: badRequest(
    'The command of the script has a NUL character, which no shell takes',
    'Write the command again, without it.',
    '스크립트 명령에 셸이 받지 못하는 NUL 문자가 있습니다',
    'NUL 문자를 빼고 명령을 다시 적으세요.',
    'script.command',
  ),
  SCRIPT_FOLDER_EMPTY: badRequest(
    'No folder is given for the script',
    'Give the folder in which the command is typed, as a whole path.',
    '스크립트 폴더를 적지 않았습니다',
    '명령을 입력하는 폴더를 전체 경로로 적으세요.',
    'script.folder',
  ),
  SCRIPT_FOLDER_RELATIVE: badRequest(
    'The folder of the script, "{folder}", is no absolute path',
    'Give the whole path: the engine works in another folder than you.',
    '스크립트 폴더 "{folder}"{folder|은|는} 절대 경로가 아닙니다',
    '전체 경로를 적으세요. 엔진은 다른 폴더에서 실행됩니다.',
    'script.folder',
  ),
  SCRIPT_FOLDER_NOT_FOUND: badRequest(
    'The folder of the script, {folder}, is not there',
    'Look for a typing error; the folder must be on the machine of the engine.',
    '스크립트 폴더 {folder}{folder|이|가} 없습니다',
    '경로에 오타가 없는지 확인하세요. 폴더는 엔진이 실행되는 컴퓨터에 있어야 합니다.',
    'script.folder',
  ),
  SCRIPT_FOLDER_NOT_A_FOLDER: badRequest(
    '{folder} is a file; the script needs the folder that it runs in',
    'Give the folder in which the command is typed: {parent}.',
    '{folder}{folder|은|는} 파일입니다. 스크립트를 실행할 폴더가 필요합니다',
    '명령을 입력하는 폴더를 지정하세요: {parent}',
    'script.folder',
  ),
  SCRIPT_FOLDER_CLOSED: badRequest(
    'The engine’s user may not enter the folder of the script, {folder} ({code})',
    'Give that user the right to read and enter it, or choose another folder.',
    '엔진 사용자에게 스크립트 폴더 {folder}에 들어갈 권한이 없습니다({code})',
    '폴더를 읽고 들어갈 권한을 주거나 다른 폴더를 고르세요.',
    'script.folder',
  ),
  SCRIPT_IMAGE_NOT_FOUND: badRequest(
    'Docker has no image "{image}" here',
    'Fetch it ("docker pull {image}") or build it first; "docker images" lists what is there.',
    'Docker에 "{image}" 이미지가 없습니다',
    '먼저 이미지를 받거나("docker pull {image}") 빌드하세요. "docker images"로 있는 이미지를 볼 수 있습니다.',
    'script.image',
  ),
  SCRIPT_FOLDER_HOLDS_STATE: badRequest(
    'The folder of the script, {folder}, holds Trainyard’s own files, which a container must not see',
    'Give a folder that has the script alone, or leave the image out.',
    '스크립트 폴더 {folder}에는 컨테이너에 보이면 안 되는 Trainyard의 파일이 들어 있습니다',
    '스크립트만 든 폴더를 지정하거나 이미지를 빼세요.',
    'script.folder',
  ),
  SCRIPT_WITH_EXECUTOR: badRequest(
    'The executor "{executor}" runs Trainyard’s own trainers, and no script of your own',
    'Leave the executor out. To run the script in a Docker container, name an image that has what it needs[cli:: --image IMAGE].',
    '"{executor}" 실행기는 Trainyard의 학습기만 실행하며, 직접 작성한 스크립트는 실행하지 않습니다',
    '실행기를 빼세요. Docker 컨테이너에서 스크립트를 실행하려면 필요한 것이 든 이미지를 지정하세요[cli:: --image IMAGE]',
    'executor',
  ),
  SCRIPT_WITH_MODEL: badRequest(
    'A script of your own brings its own model and data: {field} has no effect on it',
    'Leave {field} out, and give the script its settings in the command.',
    '직접 작성한 스크립트에는 모델과 데이터가 이미 있어서 {field} 값은 아무 효과가 없습니다',
    '{field}{field|을|를} 빼고, 스크립트 설정은 명령에 적으세요.',
    'script',
  ),
};
