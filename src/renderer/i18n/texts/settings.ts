import type { Texts } from './text.ts';

/** What can be set for the engine: titles and help are the command line's too (shared/format/settings.ts). */
export const settings = {
  settings: {
    title: ['Settings', '설정'],
    value: ['Value', '값'],
    unset: ['Not set', '설정하지 않음'],
    hidden: ['Set, not shown', '설정됨(표시하지 않음)'],
    variable: ['{{variable}} of the engine goes before it', '엔진의 {{variable}} 값을 먼저 씁니다'],
    saved: ['Saved.', '저장했습니다.'],
    change: ['Change', '변경'],
    changeOf: ['Change: {{name}}', '변경: {{name}}'],
    remove: ['Remove', '지우기'],
    removeOf: ['Remove: {{name}}', '지우기: {{name}}'],
    removeTitle: ['Remove the setting “{{name}}”?', '“{{name}}” 설정을 지울까요?'],
  },
} satisfies Texts;
