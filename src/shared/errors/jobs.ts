import { conflict, failure, notFound } from './entry.ts';

/** Errors of jobs: the statistics of a dataset, and the export of a model. */
export const jobErrors = {
  JOB_NOT_FOUND: notFound(
    'There is no job {job}',
    'Check its id in the list of jobs.',
    '작업 {job}{job|을|를} 찾을 수 없습니다',
    '작업 목록에서 ID를 확인하세요.',
    'job',
  ),
  JOB_LOST: failure(
    'Every worker that took this job disappeared before it finished',
    'Check whether the engine or the worker runs out of memory, then start the job again.',
    '작업을 맡은 쪽이 모두 끝내기 전에 사라졌습니다',
    '엔진이나 작업자의 메모리가 모자라지 않은지 확인하고 작업을 다시 시작하세요.',
  ),
  JOB_FAILED: failure(
    'The job failed: {cause}',
    'See the log of the worker that ran it, then start the job again.',
    '작업이 실패했습니다({cause})',
    '작업을 맡은 쪽의 로그를 확인하고 다시 시작하세요.',
  ),
  RUN_NOT_COMPLETED: conflict(
    'The run "{name}" is {status}: there is no finished model to export',
    'Wait until it has completed.',
    '"{name}" 학습은 {status} 상태라서 내보낼 모델이 아직 없습니다',
    '학습이 완료될 때까지 기다리세요.',
    'run',
  ),
  MODEL_NOT_EXPORTABLE: conflict(
    'The model of the run "{name}" cannot be exported: {reason}',
    'Train with a model that leaves a model.safetensors among its artifacts.',
    '"{name}" 학습의 모델은 내보낼 수 없습니다({reason})',
    '결과물에 model.safetensors를 남기는 모델로 학습하세요.',
    'run',
  ),
  MODEL_NOT_STORED: conflict(
    'The model of the run "{name}" is not in the object store yet',
    'Try again in a moment: artifacts are stored right after a run ends, by the machine that trained it.',
    '"{name}" 학습의 모델이 아직 객체 저장소에 없습니다',
    '잠시 뒤 다시 시도하세요. 학습이 끝나면 학습한 컴퓨터가 바로 결과물을 저장합니다.',
    'run',
  ),
  MODEL_UNREADABLE: conflict(
    'The run’s weights are no safetensors file: {reason}',
    'Train again; the artifact may have been damaged.',
    '학습의 가중치가 safetensors 파일이 아닙니다({reason})',
    '다시 학습하세요. 결과물이 손상되었을 수 있습니다.',
  ),
  ARTIFACT_DAMAGED: conflict(
    'The artifact {name} differs from what the run wrote',
    'Restore the object store from a snapshot, or train again.',
    '결과물 {name}의 내용이 학습이 남긴 것과 다릅니다',
    '스냅숏에서 객체 저장소를 복원하거나 다시 학습하세요.',
  ),
};
