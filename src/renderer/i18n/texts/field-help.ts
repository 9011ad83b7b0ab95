import type { Texts } from './text.ts';

/** What each field of a new run does, for somebody who has never set it. */
export const fieldHelp = {
  fieldHelp: {
    epochs: ['How often every image is seen.', '모든 이미지를 몇 번 볼지 정합니다.'],
    batchSize: [
      'Images per step. More need more memory.',
      '한 스텝에 쓰는 이미지 수. 클수록 메모리가 더 필요합니다.',
    ],
    learningRate: [
      'The size of a step, such as 1e-4. Too large: the loss jumps. Too small: it hardly falls.',
      '한 스텝에 가중치를 바꾸는 폭(예: 1e-4). 너무 크면 손실이 튀고, 너무 작으면 거의 줄지 않습니다.',
    ],
    optimizer: ['How gradients become steps.', '그래디언트로 가중치를 고치는 방법입니다.'],
    scheduler: ['How the learning rate changes over time.', '학습이 진행되면서 학습률이 변하는 방식입니다.'],
    seed: ['The same seed repeats a run.', '시드가 같으면 학습이 똑같이 반복됩니다.'],
    weightDecay: ['Keeps weights small, against overfitting.', '가중치를 작게 유지해 과적합을 줄입니다.'],
    momentum: [
      'How much of the previous steps is carried on.',
      '이전 스텝의 방향을 얼마나 이어 갈지 정합니다.',
    ],
    warmupEpochs: ['The learning rate rises slowly at first.', '처음 몇 에폭 동안 학습률을 천천히 올립니다.'],
    gradientClip: ['Larger gradients are cut to this length.', '그래디언트가 이보다 크면 줄입니다.'],
    accumulate: [
      'Batches per step: large steps in little memory.',
      '배치를 여러 개 모아 한 스텝으로 씁니다. 메모리가 적을 때 좋습니다.',
    ],
    ema: [
      'The average of the last weights is kept; often better.',
      '가중치의 평균을 저장합니다. 대개 더 낫습니다.',
    ],
    amp: [
      'Half precision: faster, with less memory.',
      '반정밀도로 계산합니다. 더 빠르고 메모리를 덜 씁니다.',
    ],
    earlyStop: [
      'Ends when the metric below stops improving.',
      '아래 지표가 더 나아지지 않으면 학습을 끝냅니다.',
    ],
    patience: ['How many epochs to wait for a better one.', '나아지지 않아도 기다리는 에폭 수입니다.'],
    earlyStopMetric: ['Also chooses the best epoch.', '가장 좋은 에폭도 이 지표로 고릅니다.'],
    trainSplit: ['Of the images that have no split.', '분할이 정해지지 않은 이미지에서의 비율입니다.'],
    valSplit: ['To see how good it is while it learns.', '학습 중에 성능을 확인할 이미지입니다.'],
    testSplit: ['Looked at once, at the end.', '끝에 한 번만 확인할 이미지입니다.'],
    imageSize: [
      'Images are stretched to it. Empty: what fits the model and data.',
      '이미지를 이 크기로 맞춥니다. 비우면 모델과 데이터에 맞게 정합니다.',
    ],
    randomFlip: ['Left and right are swapped at random.', '좌우를 무작위로 뒤집습니다.'],
    randomRotation: ['Turned by up to this many degrees.', '이 각도까지 무작위로 돌립니다.'],
    colorJitter: ['Brightness, contrast and colour vary.', '밝기, 대비, 색을 조금씩 바꿉니다.'],
    mixup: ['Two images are blended.', '이미지 두 장을 섞습니다.'],
    cutmix: ['A piece of another image is pasted in.', '다른 이미지의 조각을 붙입니다.'],
    pretrained: [
      'Begins with weights that were trained before: far fewer images are enough.',
      '미리 학습된 가중치에서 시작합니다. 이미지가 훨씬 적어도 됩니다.',
    ],
    pretrainedWeights: [
      'Stored ones by name, or a full path. Empty: the newest stored for the model, else the hubs’ caches.',
      '저장된 가중치의 이름이나 전체 경로. 비우면 이 모델용으로 저장된 최신 것이나 허브 캐시의 것을 씁니다.',
    ],
    freezeBackbone: [
      'Only the last layers learn: fast, for few images.',
      '마지막 층만 학습합니다. 빠르고 이미지가 적을 때 좋습니다.',
    ],
    classWeights: ['Rare classes count more.', '드문 클래스에 더 큰 비중을 둡니다.'],
    gpuCount: [
      '0: the processor. Empty: one, if there is one.',
      '0이면 CPU로 학습합니다. 비우면 GPU가 있을 때 하나를 씁니다.',
    ],
    gpuType: [
      'A part of the name, such as H200. Empty: any.',
      '이름의 일부(예: H200). 비우면 아무것이나 씁니다.',
    ],
    memoryGb: ['At most this much. 0: no limit of its own.', '최대 메모리. 0이면 제한이 없습니다.'],
    workers: ['Empty: as many as fit.', '비우면 알맞은 수로 정합니다.'],
  },
} satisfies Texts;
