import { type Bilingual, badRequest, conflict, entry, failure, notFound } from './entry.ts';

/** Errors of runs and their attempts. */
export const runErrors = {
  RUN_NOT_FOUND: notFound(
    'There is no run {run}',
    'Check the id in the list of runs.',
    '학습 {run}{run|을|를} 찾을 수 없습니다',
    '학습 목록에서 ID를 확인하세요.',
    'run',
  ),
  CONFLICT: conflict(
    'The run "{name}" is {status}: it cannot be {wanted}',
    'Possible now: {possible}.',
    '"{name}" 학습은 {status} 상태라서 {wanted} 수 없습니다',
    '지금 할 수 있는 것: {possible}.',
    'run',
  ),
  RUN_CHECKPOINT_MISSING: conflict(
    'The run "{name}" has no checkpoint to resume from ({why})',
    'Possible now: retry, which trains from the start.',
    '"{name}" 학습에는 이어서 학습할 체크포인트가 없습니다({why})',
    '처음부터 다시 학습(retry)할 수 있습니다.',
    'run',
  ),
  RUN_CONFIG_OUTDATED: conflict(
    'The run {run} has settings of another release that can’t be read: {fields}',
    'Begin a new run with its other settings (“Duplicate and edit” on its page), or write a config file.',
    '학습 {run}의 설정 중 다른 버전에서 저장되어 읽을 수 없는 것이 있습니다: {fields}',
    '학습 화면의 “복제해서 수정”으로 나머지 설정에서 새 학습을 시작하거나 설정 파일을 쓰세요.',
    'run',
  ),
  RUN_DATASET_REMOVED: conflict(
    'The dataset of the run "{name}" was removed',
    'Import the dataset again and queue a new run.',
    '"{name}" 학습의 데이터셋이 삭제되었습니다',
    '데이터셋을 다시 가져와 새로 학습하세요.',
    'run',
  ),
  RUNS_INVALID: badRequest(
    '"{ids}" does not name two to eight different runs',
    'Give their ids, separated by commas.',
    '"{ids}"에서 서로 다른 학습을 2~8건 찾을 수 없습니다',
    'ID를 쉼표로 구분해 입력하세요.',
    'runs',
  ),
  MODEL_UNKNOWN: badRequest(
    'No executor here trains "{model}"',
    'Choose one of: {models}.',
    '여기에는 "{model}" 모델을 학습할 실행기가 없습니다',
    '다음 중에서 고르세요: {models}.',
    'model',
  ),
  DATASET_NOT_READY: conflict(
    'The dataset "{name}" {state}',
    '{advice}',
    '"{name}" 데이터셋은 {state}',
    '{advice} 다시 시도하세요.',
    'dataset',
  ),
  ARTIFACT_NOT_FOUND: notFound(
    'The artifact {artifact} is not in {place}',
    'Check the run’s artifacts. The file may have been removed, or be on another machine. Train again to make it.',
    '{place}에 결과물 {artifact}{artifact|이|가} 없습니다',
    '학습의 결과물 목록에서 확인하세요. 파일이 지워졌거나 다른 컴퓨터에 있을 수 있습니다. 다시 학습하면 새로 만들어집니다.',
  ),
  RUN_DIRECTORY_UNWRITABLE: failure(
    'The run directory {path} cannot be written ({code})',
    'Give the folder back to the user that runs Trainyard, or move away what is in its place. Then retry the run.',
    '실행 폴더 {path}에 쓸 수 없습니다({code})',
    'Trainyard를 실행하는 사용자에게 폴더의 소유권을 돌려주거나, 그 자리를 막고 있는 것을 옮긴 뒤 다시 학습하세요.',
  ),
  INGEST_REFUSED: entry(
    422,
    'the database refuses it ({reason})',
    'The line is kept in the run directory. Correct what the trainer writes.',
    '데이터베이스가 이 줄을 받지 않습니다({reason})',
    '그 줄은 실행 폴더에 남아 있습니다. 학습 프로그램이 쓰는 내용을 고치세요.',
  ),
};

/** What was asked of a run, as it stands in a sentence of CONFLICT. */
export const runRequests = {
  cancel: { en: 'cancelled', ko: '취소할' },
  resume: { en: 'resumed', ko: '이어서 학습할' },
  retry: { en: 'retried', ko: '다시 학습할' },
  remove: { en: 'removed', ko: '삭제할' },
} as const satisfies Record<string, Bilingual>;

/** What to do where something else stands in the place of a lock beside or in a run directory. */
export const runLockHint = {
  en: 'Remove it, and retry the run.',
  ko: '그 자리에 있는 항목을 지우고 다시 학습하세요.',
} as const satisfies Bilingual;
