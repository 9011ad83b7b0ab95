import { entry } from './entry.ts';

/** Errors of datasets: their checks, imports, versions and images. */
export const datasetErrors = {
  DATASET_NOT_FOUND: entry(404, {
    field: 'dataset',
    en: ['There is no dataset "{name}"', 'Look its id or name up in the list of datasets.'],
    ko: ['"{name}" 데이터셋을 찾을 수 없습니다', '데이터셋 목록에서 ID나 이름을 확인하세요.'],
  }),
  CHECK_FAILED: entry(500, {
    en: [
      'The check failed: {cause}',
      'Check again; where it fails again, look into the engine’s log in the state folder.',
    ],
    ko: ['검사하지 못했습니다({cause})', '다시 검사하세요. 또 실패하면 상태 폴더의 엔진 로그를 확인하세요.'],
  }),
  IMPORT_FAILED: entry(500, {
    en: [
      'The import failed: {cause}',
      'Look into the engine’s log in the state folder, fix the cause, and import again.',
    ],
    ko: ['가져오지 못했습니다({cause})', '상태 폴더의 엔진 로그에서 까닭을 찾아 고치고 다시 가져오세요.'],
  }),
};
