import { conflict, notFound } from './entry.ts';

/** Errors of the months in which metrics lie. */
export const metricMonthErrors = {
  METRICS_MONTH_UNKNOWN: notFound(
    'The metrics have no {state} month {month}',
    '[cli:See which there are: trainyard db partitions list.][page:Look at the list of months.]',
    '메트릭에 {state} 월 {month}{month|이|가} 없습니다',
    '[cli:trainyard db partitions list로 목록을 확인하세요.][page:월 목록을 확인하세요.]',
    'month',
  ),
  METRICS_MONTH_IN_USE: conflict(
    'The month {month} is not over, or a run that is under way began in it',
    'Wait until the month and its runs are over.',
    '{month}{month|은|는} 아직 끝나지 않았거나, 그달에 시작한 학습이 진행 중입니다',
    '그달과 학습이 모두 끝난 뒤에 하세요.',
  ),
  METRICS_MONTH_BUSY: conflict(
    'The metrics of {month} are in use, so nothing was changed',
    'A long query, an export or a snapshot reads them. Try again when it is done.',
    '{month} 메트릭을 다른 작업이 쓰고 있어 바꾸지 않았습니다',
    '오래 걸리는 조회나 내보내기, 스냅숏이 끝난 뒤 다시 시도하세요.',
  ),
};
