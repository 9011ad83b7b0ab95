import type { Texts } from './text.ts';

/** Snapshots that the engine makes by itself. */
export const backupSchedule = {
  backupSchedule: {
    title: ['Scheduled snapshots', '예약 스냅숏'],
    offHint: [
      'No snapshots are made by themselves. Those that are there stay.',
      '스냅숏을 자동으로 만들지 않습니다. 만들어 둔 것은 그대로 있습니다.',
    ],
    switch: ['Make snapshots by schedule', '예약에 따라 스냅숏 만들기'],
    edit: ['Edit', '편집'],
    editTitle: ['Edit the schedule', '예약 편집'],
    when: ['When', '시각'],
    hourlyAt: ['Every hour, at minute {{minute}}', '매시간 {{minute}}분'],
    dailyAt: ['Every day at {{time}}', '매일 {{time}}'],
    weeklyAt: ['Every {{weekday}} at {{time}}', '매주 {{weekday}} {{time}}'],
    next: ['Next', '다음'],
    keeps: ['Keeps', '보관'],
    kept: [
      'last {{last}}, daily {{daily}}, weekly {{weekly}}, monthly {{monthly}}',
      '최근 {{last}}개, 일별 {{daily}}개, 주별 {{weekly}}개, 월별 {{monthly}}개',
    ],
    last: ['Last', '마지막'],
    outcomes: {
      made: ['Done', '완료'],
      failed: ['Failed', '실패'],
      skipped: ['Nothing to keep yet', '아직 저장할 내용이 없음'],
    },
    failed: ['The last scheduled snapshot failed', '마지막 예약 스냅숏이 실패했습니다'],
    notRemoved: ['Old snapshots could not be removed', '오래된 스냅숏을 지우지 못했습니다'],
    again: ['Next attempt: {{time}}', '다음 시도: {{time}}'],
    overdue: [
      'The newest good snapshot is older than two periods of the schedule',
      '쓸 수 있는 최신 스냅숏이 예약 주기의 두 배보다 오래되었습니다',
    ],
    overdueHint: [
      'What was made since is in no snapshot. Make one now.',
      '그 뒤에 만든 것은 어느 스냅숏에도 없습니다. 지금 하나 만드세요.',
    ],
    look: ['Look at the backups', '백업 보기'],
    newest: ['Newest good snapshot: {{ago}}', '쓸 수 있는 최신 스냅숏: {{ago}}'],
    often: ['How often', '주기'],
    choices: {
      hourly: ['Hourly', '매시간'],
      daily: ['Daily', '매일'],
      weekly: ['Weekly', '매주'],
      custom: ['Other', '기타'],
    },
    time: ['Time', '시각'],
    minute: ['Minute of the hour', '매시 몇 분'],
    weekday: ['Day of the week', '요일'],
    cron: ['Cron expression', 'cron 표현식'],
    cronHint: [
      'Minute, hour, day of the month, month, day of the week',
      '분, 시, 일, 월, 요일 순서로 씁니다',
    ],
    zone: ['Time zone', '시간대'],
    zoneHint: ['A name such as Asia/Seoul or Europe/Berlin', 'Asia/Seoul, Europe/Berlin 같은 이름'],
    keep: ['How many stay', '남길 개수'],
    keepHint: [
      'Of the snapshots that the schedule makes. Those that people make are never removed by it.',
      '예약으로 만든 스냅숏에만 적용됩니다. 직접 만든 것은 지우지 않습니다.',
    ],
    spans: {
      last: ['Last', '최근'],
      daily: ['Days', '일별'],
      weekly: ['Weeks', '주별'],
      monthly: ['Months', '월별'],
    },
    removesNone: ['Nothing would be removed now.', '지금 지울 스냅숏은 없습니다.'],
    removes_one: '{{formatted}} snapshot would be removed with the next one: {{times}}',
    removes_other: [
      '{{formatted}} snapshots would be removed with the next one: {{times}}',
      '다음 스냅숏을 만들 때 지울 스냅숏 {{formatted}}개: {{times}}',
    ],
  },
} as const satisfies Texts;
