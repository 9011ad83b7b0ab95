import { badRequest, conflict, entry, failure, notFound, unavailable } from './entry.ts';

/** Errors of what a run's model makes of an image. What is wrong with the image itself is said as an import says it. */
export const predictionErrors = {
  RUN_CANNOT_PREDICT: conflict(
    'The run "{name}" has no model that can predict: {why}',
    '{hint}',
    '"{name}" 학습에는 예측할 수 있는 모델이 없습니다. {why}',
    '{hint}',
    'run',
  ),
  ONNX_RUNTIME_MISSING: unavailable(
    'ONNX Runtime is not installed: the models of the torch trainer predict by it',
    'Run "{command}" (288 MB). Nothing need be started again.',
    'ONNX Runtime이 설치되어 있지 않습니다. torch 학습 프로그램의 모델은 ONNX Runtime으로 예측합니다',
    '"{command}" 명령을 실행하세요(288MB). 엔진을 다시 시작하지 않아도 됩니다.',
  ),
  ONNX_RUNTIME_UNUSABLE: unavailable(
    "ONNX Runtime is installed and can't be loaded: {why}",
    'Install it again: "{command}".',
    'ONNX Runtime이 설치되어 있지만 불러올 수 없습니다. {why}',
    '다시 설치하세요. "{command}"',
  ),
  MODEL_UNUSABLE: conflict(
    "The model {file} can't be used: {why}",
    'Train again. If it was changed or copied by hand, put back the file as the run left it.',
    '모델 {file}{file|을|를} 쓸 수 없습니다. {why}',
    '다시 학습하세요. 파일을 직접 바꾸거나 복사했다면 학습이 남긴 그대로 되돌리세요.',
    'run',
  ),
  PREDICTION_IMAGE_NOT_FOUND: notFound(
    'There is no image file {path}',
    'Check the path. A folder or a pipe is no file.',
    '이미지 파일 {path}{path|이|가} 없습니다',
    '경로를 확인하세요. 폴더나 파이프는 파일이 아닙니다.',
    'image',
  ),
  PREDICTION_IMAGE_TOO_LARGE: entry(
    413,
    'The file has {size} MiB; an image to predict may have {most}',
    'Scale the image down or save it compressed.',
    '파일이 {size}MiB입니다. 예측할 이미지는 {most}MiB까지입니다',
    '이미지를 줄이거나 압축하여 저장하세요.',
    'image',
  ),
  PREDICTION_IMAGE_REFUSED: badRequest(
    "The image can't be read: {why}",
    'Choose another image, or save this one again as PNG or JPEG. These types are read: {types}.',
    '이미지를 읽을 수 없습니다. {why}',
    '다른 이미지를 고르거나, 이 이미지를 PNG나 JPEG로 다시 저장하세요. 읽을 수 있는 형식: {types}.',
    'image',
  ),
  PREDICTION_TIMEOUT: entry(
    504,
    'The prediction took more than {seconds} seconds and was stopped',
    'Try a smaller image, or try again when the machine has less to do.',
    '예측이 {seconds}초 넘게 걸려 중단했습니다',
    '더 작은 이미지로 시도하거나, 컴퓨터가 한가할 때 다시 시도하세요.',
  ),
  PREDICTION_MEMORY: failure(
    'The prediction needed more than {most} GiB of memory and was stopped',
    'Try a smaller image. If the model itself is that large, predict with it elsewhere: its ONNX file is among the artifacts.',
    '예측에 메모리가 {most}GiB 넘게 필요해 중단했습니다',
    '더 작은 이미지로 시도하세요. 모델 자체가 크다면 결과물에 있는 ONNX 파일로 다른 곳에서 예측하세요.',
  ),
  PREDICTOR_ENDED: failure(
    'The process that predicts ended ({how})',
    'Try again. If it ends again, the model file may be damaged: train again.',
    '예측하는 프로세스가 끝났습니다({how})',
    '다시 시도하세요. 또 끝나면 모델 파일이 손상되었을 수 있으니 다시 학습하세요.',
  ),
  PREDICTIONS_BUSY: unavailable(
    '{count} predictions wait already',
    'Try again in a moment.',
    '이미 예측 {count}건이 기다리고 있습니다',
    '잠시 뒤에 다시 시도하세요.',
  ),
};

/** Why a run has no model that can predict, and what can be done. */
export const whyNoPrediction = {
  underWay: {
    why: { en: 'it is not over', ko: '아직 끝나지 않았습니다' },
    hint: { en: 'Wait until it is completed.', ko: '학습이 완료될 때까지 기다리세요.' },
  },
  none: {
    why: { en: 'it left none', ko: '남긴 모델이 없습니다' },
    hint: {
      en: 'A run leaves its model when it is completed. Resume or retry this one.',
      ko: '모델은 학습이 완료될 때 남습니다. 이어서 학습하거나 다시 학습하세요.',
    },
  },
  noOnnx: {
    why: {
      en: 'it left weights and no ONNX file',
      ko: '가중치만 있고 ONNX 파일이 없습니다',
    },
    hint: {
      en: 'Its log says why the file was not written.',
      ko: '파일을 쓰지 못한 까닭은 로그에 있습니다.',
    },
  },
  notDescribed: {
    why: {
      en: 'nothing in it says how images go in and what comes out (model.json)',
      ko: '이미지를 넣는 방법과 출력을 설명하는 파일(model.json)이 없거나 다른 형식입니다',
    },
    hint: {
      en: "Predict in the script itself, or train with one of Trainyard's models.",
      ko: '스크립트에서 직접 예측하거나 Trainyard의 모델로 학습하세요.',
    },
  },
} as const;
