/** A moment as a clock in a time zone shows it: `2026-12-02 03:00`. */
export function zonedTime(iso: string, zone: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(
    new Date(iso),
  );
}
