import { statusTexts, type Texts } from './text.ts';

/** Pretrained weights. */
export const weights = {
  weights: {
    one: ['Weights', '가중치'],
    subtitle: [
      'Networks that were trained before, for trainings to begin with.',
      '미리 학습된 신경망. 여기서 시작하면 적은 이미지로도 학습할 수 있습니다.',
    ],
    add: ['Add a file', '파일 추가'],
    pull: ['Pull from a hub', '허브에서 받기'],
    search: ['Find weights', '가중치 찾기'],
    count_one: '{{formatted}} entry',
    count_other: ['{{formatted}} entries', '가중치 {{formatted}}개'],
    none: ['No weights stored yet', '아직 저장된 가중치가 없습니다'],
    noneHint: [
      'Pull those of a model from its hub, or add a .safetensors, .pt or .pth file. A training finds them by its model.',
      '모델의 가중치를 허브에서 받거나 .safetensors, .pt, .pth 파일을 추가하세요. 학습할 때 모델에 맞는 것을 찾아 씁니다.',
    ],
    status: statusTexts('storing', 'ready', 'failed', 'removing'),
    phases: {
      waiting: ['Waiting for others', '차례를 기다리는 중'],
      ...statusTexts('downloading', 'storing', 'done', 'failed'),
    },
    anyModel: ['For any model', '모델 지정 안 함'],
    pickle: [
      'A pickle: only its tensors are read, and nothing in it is run',
      'pickle 형식: 텐서만 읽고 안에 든 코드는 실행하지 않습니다',
    ],
    from: ['From {{source}}', '출처: {{source}}'],
    remove: ['Remove {{name}}', '{{name}} 삭제'],
    removeText: [
      'The stored copy is removed. Runs that began with it keep what they learned, and can’t be retried.',
      '저장된 사본을 지웁니다. 이 가중치로 시작한 학습의 결과는 남지만 다시 학습할 수는 없습니다.',
    ],
    fromWhere: ['Where the file is', '파일이 있는 곳'],
    fromPath: ['On the engine’s machine', '엔진이 있는 컴퓨터'],
    fromFile: ['A file of this computer', '이 컴퓨터의 파일'],
    path: ['File or folder', '파일 또는 폴더'],
    pathHint: [
      'An absolute path: .safetensors, .pt, .pth, .bin, or a folder that Hugging Face’s libraries wrote.',
      '절대 경로입니다. .safetensors, .pt, .pth, .bin 파일이나 Hugging Face 라이브러리가 만든 폴더.',
    ],
    drop: [
      'Drop a file of weights here, or press to choose one',
      '가중치 파일을 여기에 놓거나 눌러서 고르세요',
    ],
    dropHint: ['.safetensors, .pt, .pth or .bin', '.safetensors, .pt, .pth, .bin'],
    uploading: ['Sending the file', '파일 보내는 중'],
    model: ['Model', '모델'],
    modelHint: [
      'A training of this model finds them by itself. Empty: they are chosen by name.',
      '이 모델을 학습할 때 알아서 찾아 씁니다. 비워 두면 이름으로 골라 씁니다.',
    ],
    pullHint: [
      'As source/name: timm, huggingface, torchvision or ultralytics (AGPL-3.0).',
      '출처/이름: timm, huggingface, torchvision, ultralytics(AGPL-3.0).',
    ],
    name: ['Name', '이름'],
    namePlaceholder: ['Same as the file or model', '파일이나 모델 이름과 같게'],
    mirror: ['Mirror', '미러'],
    mirrorHint: [
      'In place of the hub’s address. Empty: the hub, or of Hugging Face the mirror that is set for the engine.',
      '허브 대신 쓸 주소. 비워 두면 허브를 쓰고, Hugging Face는 엔진에 설정한 미러가 있으면 그것을 씁니다.',
    ],
    sha256: ['Expected SHA-256', '예상 SHA-256'],
    sha256Hint: [
      'Other bytes are refused. Empty: the hub’s own hash.',
      '다르면 받지 않습니다. 비워 두면 허브가 알려 주는 해시로 확인합니다.',
    ],
    token: ['Hugging Face token', 'Hugging Face 토큰'],
    tokenHint: [
      'For private models; kept in memory only. Empty: the token that is set for the engine.',
      '비공개 모델용. 메모리에만 둡니다. 비워 두면 엔진에 설정한 토큰을 씁니다.',
    ],
    addNow: ['Add', '추가'],
    pullNow: ['Pull', '받기'],
    cached: ['In the caches of this machine', '이 컴퓨터의 캐시에 있는 가중치'],
    cachedHint: [
      'torch, Hugging Face and Ultralytics put these here. A training of the model finds them too.',
      'torch, Hugging Face, Ultralytics가 받아 둔 것입니다. 모델을 학습할 때 이것도 찾아 씁니다.',
    ],
    file: ['File', '파일'],
    size: ['Size', '크기'],
  },
} as const satisfies Texts;
