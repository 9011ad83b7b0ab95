import { type Bilingual, conflict, notFound, phrase } from './entry.ts';

/** Errors of projects. */
export const projectErrors = {
  PROJECT_NOT_FOUND: notFound(
    'There is no project "{name}"',
    'Check its id or name in the list of projects.',
    '"{name}" 프로젝트를 찾을 수 없습니다',
    '프로젝트 목록에서 ID나 이름을 확인하세요.',
    'project',
  ),
  PROJECT_NAME_TAKEN: conflict(
    'There is a project "{name}" already',
    'Choose another name, or use that project.',
    '"{name}" 프로젝트가 이미 있습니다',
    '다른 이름을 쓰거나 그 프로젝트를 쓰세요.',
    'name',
  ),
  PROJECT_IN_USE: conflict(
    'The project "{name}" has {runs} not finished',
    'Cancel the runs that are queued or running, or wait until they finish.',
    '"{name}" 프로젝트에 아직 끝나지 않은 {runs} 있습니다',
    '대기 중이거나 진행 중인 학습을 취소하거나 끝날 때까지 기다리세요.',
    'project',
  ),
};

/** So many runs, as they stand in a sentence that something has them under way. */
export function runsUnderWay(count: number): Bilingual {
  return count === 1
    ? { en: 'a run that is', ko: '학습 1개가' }
    : phrase('{count} runs that are', '학습 {count}개가', { count });
}
