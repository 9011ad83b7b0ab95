const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people, in a binary unit: with a tenth below 100 of it. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // From here on the unit would read 1024.
  while (value >= 1023.5 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit > 0 && value < 99.95 ? 1 : 0)} ${byteUnits[unit]}`;
}

/** A share (0 to 1) in percent, with no space before the sign in either language. @param language as "ko" or "en" */
export function formatPercent(share: number, language: string, digits = 0): string {
  const format = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits });
  const least = 10 ** -(digits + 2);
  // Nothing at all and next to nothing are two things.
  return share > 0 && share < least / 2 ? `<${format.format(least)}` : format.format(share);
}

/** `1 run`, `2 runs`: English alone has two forms. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

const timeUnits = [
  { seconds: 86_400, en: ' d', ko: '일' },
  { seconds: 3600, en: ' h', ko: '시간' },
  { seconds: 60, en: ' min', ko: '분' },
  { seconds: 1, en: ' s', ko: '초' },
] as const;

/** Milliseconds in their two largest units. @param language as "ko" or "en" */
export function formatDuration(milliseconds: number, language: string): string {
  const tongue = language === 'ko' ? 'ko' : 'en';
  const rounded = Math.max(0, Math.round(milliseconds));
  if (rounded < 1000) return tongue === 'ko' ? `${rounded}밀리초` : `${rounded} ms`;
  let rest = Math.round(rounded / 1000);
  const parts = timeUnits.map((unit) => {
    const count = Math.floor(rest / unit.seconds);
    rest %= unit.seconds;
    return { count, text: `${count}${unit[tongue]}` };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ text }) => text)
    .join(' ');
}
