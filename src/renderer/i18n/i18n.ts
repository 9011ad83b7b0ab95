import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en, ko } from './messages.ts';

export const languages = ['en', 'ko'] as const;
export type Language = (typeof languages)[number];

/** A language names itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' };

const storageKey = 'trainyard-language';

function isLanguage(value: string | null | undefined): value is Language {
  return languages.some((language) => language === value);
}

/** The one chosen before, else the first of the browser's that there is. */
export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  if (isLanguage(stored)) return stored;
  return browser.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

/** The language in use, as the catalogue of errors and the engine name it. */
export const languageOf = (i18n: { readonly language: string }): Language =>
  isLanguage(i18n.language) ? i18n.language : 'en';

function apply(language: Language): void {
  document.documentElement.lang = language;
}

/** Makes texts ready in the person's language before anything is drawn. */
export async function startTexts(): Promise<void> {
  const language = preferredLanguage(localStorage.getItem(storageKey), navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    // Both come with the page: a language that is fetched when it is chosen may fail to come.
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  apply(language);
}

/** Switches the language and remembers it. */
export async function switchLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await i18next.changeLanguage(language);
  apply(language);
}
