/**
 * Whether the person reads Korean: `TRAINYARD_LANG`, else the locale; the same rule as src/main/cli/language.ts.
 * @returns {boolean}
 */
export function isKorean(environment = process.env) {
  const { TRAINYARD_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale =
    TRAINYARD_LANG || LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  return /^ko([_.-]|$)/i.test(locale);
}
