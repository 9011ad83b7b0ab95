import { badRequest, failure } from './entry.ts';

/** Why a schedule of snapshots is not taken, and why one of its snapshots was not made. */
export const backupScheduleErrors = {
  SCHEDULE_CRON_INVALID: badRequest(
    '"{cron}" is no cron expression: {reason}',
    'Write five fields: minute, hour, day of the month, month and day of the week. "0 3 * * *" is 03:00 each day, "30 1 * * MON" 01:30 each Monday.',
    '"{cron}"{cron|은|는} cron 표현식이 아닙니다: {reason}',
    '분, 시, 일, 월, 요일 다섯 필드를 쓰세요. "0 3 * * *"는 매일 03:00, "30 1 * * MON"은 매주 월요일 01:30입니다.',
    'cron',
  ),
  SCHEDULE_NEVER_OCCURS: badRequest(
    '"{cron}" never matches: no month that it names has such a day',
    'Choose a day that the month has. February has 28 days, and 29 in leap years.',
    '"{cron}"에 맞는 날짜가 없습니다. 지정한 달에는 그런 날이 없습니다',
    '그 달에 있는 날을 고르세요. 2월은 28일까지이고 윤년에는 29일까지입니다.',
    'cron',
  ),
  SCHEDULE_ZONE_UNKNOWN: badRequest(
    'There is no time zone "{zone}"',
    'Use a name of the IANA database, such as Asia/Seoul, Europe/Berlin or UTC.',
    '"{zone}" 시간대를 찾을 수 없습니다',
    'Asia/Seoul, Europe/Berlin, UTC처럼 IANA 데이터베이스의 이름을 쓰세요.',
    'zone',
  ),
  SCHEDULED_SNAPSHOT_INTERRUPTED: failure(
    'The engine ended while the scheduled snapshot was made',
    'Nothing of it is kept, and earlier snapshots are as they were. See engine.log in the state folder’s logs if this happens again.',
    '예약된 스냅숏을 만드는 중에 엔진이 종료되었습니다',
    '만들던 것은 남지 않으며 이전 스냅숏은 그대로입니다. 되풀이되면 상태 폴더의 logs에 있는 engine.log를 확인하세요.',
  ),
};
