import { languageTag } from '../../../shared/format/language-tag.ts';

export type Language = 'en' | 'ko';

/**
 * Korean or English: `TRAINYARD_LANG`, else the locale as POSIX orders its variables, else the operating system's
 * setting (Windows and macOS keep it elsewhere).
 */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const { TRAINYARD_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale =
    TRAINYARD_LANG || LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  return languageTag(locale)?.split('-')[0] === 'ko' ? 'ko' : 'en';
}

export const language: Language = languageOf(process.env);

/** The text in this process's language. Both stand at the place that says them, so neither can be missing. */
export function translate(english: string, korean: string): string {
  return language === 'ko' ? korean : english;
}
