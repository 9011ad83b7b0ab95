import { useText } from '../../i18n/use-text.ts';

/** Writes moments as a clock in a time zone shows them, in the person's language. */
export function useZonedTime(timeZone: string): (iso: string) => string {
  const { language } = useText();
  return (iso) =>
    new Intl.DateTimeFormat(language, { ...{ dateStyle: 'full', timeStyle: 'short', timeZone } }).format(
      new Date(iso),
    );
}

/** The name of a day of the week; 0 is Sunday. */
export function weekdayName(weekday: number, language: string): string {
  // The first of February 2026 is a Sunday.
  const day = new Date(Date.UTC(2026, 1, 1 + weekday));
  return new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(day);
}
