import type { Texts } from './text.ts';

/** The doctor. */
export const doctor = {
  doctor: {
    subtitle: [
      'Checks that really ran on this machine, each with a fix.',
      '이 컴퓨터에서 실제로 실행해 본 점검 결과와 고치는 방법입니다.',
    ],
    run: ['Run the checks', '점검하기'],
    running: ['Running the checks…', '점검하는 중…'],
    allWell: ['All is well', '모두 정상입니다'],
    errors_one: '{{count}} error',
    errors_other: ['{{count}} errors', '오류 {{count}}건'],
    warnings_one: '{{count}} warning',
    warnings_other: ['{{count}} warnings', '경고 {{count}}건'],
    passed_one: '{{count}} check passed',
    passed_other: ['{{count}} checks passed', '통과 {{count}}건'],
    took: ['took {{time}}', '{{time}} 걸림'],
    groups: {
      machine: ['Machine', '컴퓨터'],
      state: ['State folder and stores', '상태 폴더와 저장소'],
      docker: ['Docker and the stack', 'Docker와 스택'],
      nvidia: ['NVIDIA GPU', 'NVIDIA GPU'],
      network: ['Network', '네트워크'],
    },
    evidence: ['Evidence', '근거'],
    notFound: ['There is no finding {{code}}', '점검 결과에 {{code}} 항목이 없습니다'],
    notFoundHint: [
      'It may be fixed already, or no check looks for it. Try what failed again.',
      '이미 해결되었거나 점검하지 않는 항목일 수 있습니다. 실패한 작업을 다시 시도해 보세요.',
    ],
    severity: {
      ok: ['OK', '정상'],
      warning: ['Warning', '경고'],
      error: ['Error', '오류'],
    },
    asked: ['What you were looking for', '찾던 항목'],
  },
} satisfies Texts;
