import type { Texts } from './text.ts';

/** An image given to a run's model. */
export const predict = {
  predict: {
    drop: ['Drop an image here, or press to choose one', '이미지를 여기에 놓거나 눌러서 고르세요'],
    another: [
      'Drop another image here, or press to choose one',
      '다른 이미지를 여기에 놓거나 눌러서 고르세요',
    ],
    dropHint: [
      'PNG, JPEG, WebP, TIFF, GIF or AVIF up to {{most}}. It stays on this machine and is not kept.',
      'PNG, JPEG, WebP, TIFF, GIF, AVIF, 최대 {{most}}. 이미지는 이 컴퓨터를 벗어나지 않으며 저장되지 않습니다.',
    ],
    working: ['Predicting “{{name}}” …', '“{{name}}” 예측 중…'],
    result: ['Prediction', '예측 결과'],
    classes: ['Classes', '클래스'],
    areas: ['Share of the image', '이미지에서 차지하는 비율'],
    nothing: ['Nothing was found in this image.', '이 이미지에서 찾은 것이 없습니다.'],
    noneSure: [
      'Nothing has this score. Lower it to see more.',
      '점수가 이만큼 높은 것이 없습니다. 점수를 낮춰 보세요.',
    ],
    time: ['{{total}} ({{network}} in the network)', '{{total}} (신경망 {{network}})'],
    loaded: ['{{load}} of it to load the model', '이 중 모델을 불러오는 데 {{load}}'],
    size: ['{{width}} × {{height}} px', '{{width}} × {{height}} px'],
    model: ['Model of attempt {{attempt}}, epoch {{epoch}}', '시도 {{attempt}}, 에폭 {{epoch}}의 모델'],
    found: ['{{path}}, found: {{count}}', '{{path}}, 찾은 것: {{count}}'],
  },
} satisfies Texts;
