const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The wall clock of a zone, as if UTC: milliseconds that count its minutes, hours and days. */
function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  });
  return (at) => {
    const parts = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day, hour, minute } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}

/**
 * When a wall clock that is looked at every quarter of an hour comes past a time that matches, for the first time: what was skipped is come
 * past with the next one, and what it shows twice it comes past once. For schedules of whole quarters.
 */
export function passedTimes(
  zone: string,
  from: number,
  to: number,
  matches: (wall: Date) => boolean,
): readonly string[] {
  const step = 15 * minuteMs;
  const read = wallClock(zone);
  const offsets = new Map<number, number | null>();
  // Of a day on which the clock is not changed, one reading is enough.
  const offsetOf = (day: number) => {
    const [first, last] = [read(day) - day, read(day + dayMs) - day - dayMs];
    const offset = first === last ? first : null;
    offsets.set(day, offset);
    return offset;
  };
  const wall = (at: number) => {
    const day = at - (at % dayMs);
    const offset = offsets.has(day) ? offsets.get(day) : offsetOf(day);
    return offset == null ? read(at) : at + offset;
  };
  const found: string[] = [];
  // Before it, the clock may have shown later times already.
  let furthest = Math.max(...Array.from({ length: 12 }, (_, back) => wall(from - (back + 1) * step)));
  for (let at = from; at < to; at += step) {
    const shown = wall(at);
    let isPassed = false;
    for (let time = furthest + step; time <= shown; time += step) isPassed ||= matches(new Date(time));
    furthest = Math.max(furthest, shown);
    if (isPassed) found.push(new Date(at).toISOString());
  }
  return found;
}
