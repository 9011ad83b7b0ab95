const dayMs = 86_400_000;
const general = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The last day that was asked for: nearly all events of a run fall on one. */
let knownDay = -1;
let knownDayMs = Number.NaN;

/** The start of a day in milliseconds; NaN where there is no such day. */
function dayStart(year: number, month: number, day: number): number {
  const key = (year * 100 + month) * 100 + day;
  if (key === knownDay) return knownDayMs;
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && start.getUTCMonth() === month - 1 && start.getUTCDate() === day;
  knownDay = key;
  knownDayMs = exists ? start.getTime() : Number.NaN;
  return knownDayMs;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const pair = (text: string, at: number) => digit(text, at) * 10 + digit(text, at + 1);

function within(hour: number, minute: number, second: number): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

/**
 * An event's time (ISO 8601, UTC) in milliseconds since 1970, years 1 to 9999; finer digits are cut. An offset from UTC is
 * understood. NaN where the text is no such time.
 */
export function parseEventTime(text: string): number {
  if (
    text.length !== 24 ||
    text.charCodeAt(23) !== 0x5a ||
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    text.charCodeAt(10) !== 0x54 ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a ||
    text.charCodeAt(19) !== 0x2e
  ) {
    return parseGeneral(text);
  }
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  if (!within(hour, minute, second)) return Number.NaN;
  return (
    dayStart(pair(text, 0) * 100 + pair(text, 2), pair(text, 5), pair(text, 8)) +
    ((hour * 60 + minute) * 60 + second) * 1000 +
    digit(text, 20) * 100 +
    pair(text, 21)
  );
}

function parseGeneral(text: string): number {
  const found = general.exec(text);
  if (!found) return Number.NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!within(hour, minute, second)) return Number.NaN;
  const milliseconds = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * (found[8] === '-' ? -1 : 1);
  const time =
    dayStart(year, month, day) + ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds;
  return time >= earliest && time < latest ? time : Number.NaN;
}

const earliest = dayStart(1, 1, 1);
const latest = dayStart(9999, 12, 31) + dayMs;
