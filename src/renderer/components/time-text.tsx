import { Tooltip } from '@mantine/core';
import { useNow, useOfNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';

/** A moment as "3 minutes ago", with the date and time on hover and focus. */
export function TimeText({ time }: { readonly time: string | null }) {
  const { format } = useText();
  // A clock that runs a little behind the engine's must not say "in 2 seconds".
  const shown = useOfNow((now) =>
    time === null ? '–' : format.relative(time, Math.max(now, Date.parse(time))),
  );
  if (time === null) return shown;
  return (
    <Tooltip label={format.dateTime(time)} openDelay={300}>
      <time dateTime={time}>{shown}</time>
    </Tooltip>
  );
}

/** Time since a moment, in whole seconds; nothing in the first one, where `least` (milliseconds) does not stand for it. */
export function Elapsed({ since, least = 0 }: { readonly since: string; readonly least?: number }) {
  const { format } = useText();
  const past = Math.max(least, useNow() - Date.parse(since));
  return past < 1000 ? null : format.duration(past);
}
