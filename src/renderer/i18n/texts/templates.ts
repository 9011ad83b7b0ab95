import type { Texts } from './text.ts';

/** Settings that are kept to begin other trainings with. */
export const templates = {
  templates: {
    one: ['Template', '템플릿'],
    choose: ['Begin with a template', '템플릿으로 시작'],
    save: ['Save as template', '템플릿으로 저장'],
    hint: [
      'Keeps the model and every setting, without the dataset. New runs can begin with it.',
      '모델과 모든 설정을 저장합니다. 데이터셋은 저장하지 않습니다. 새 학습을 시작할 때 불러올 수 있습니다.',
    ],
    replace: ['Replace the one of this name', '같은 이름의 템플릿이 있으면 바꾸기'],
    leftOut: [
      'Settings of another release that can’t be read are left out: {{fields}}',
      '다른 버전에서 저장되어 읽을 수 없는 설정은 빼고 보여 줍니다: {{fields}}',
    ],
    toFile: ['Save as file (YAML)', '파일로 저장(YAML)'],
    remove: ['Remove template', '템플릿 삭제'],
    removeTitle: ['Remove the template “{{name}}”?', '“{{name}}” 템플릿을 삭제할까요?'],
    removeText: ['Runs that began with it stay as they are.', '이 템플릿으로 시작한 학습은 그대로 남습니다.'],
  },
} satisfies Texts;
