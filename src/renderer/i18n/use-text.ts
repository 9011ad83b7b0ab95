import { useTranslation } from 'react-i18next';
import { createFormatter, type Formatter } from '../format/formatter.ts';
import { type Language, languageOf } from './i18n.ts';

const formatters = new Map<Language, Formatter>();

function formatterOf(language: Language): Formatter {
  const formatter = formatters.get(language) ?? createFormatter(language);
  formatters.set(language, formatter);
  return formatter;
}

/** The texts of the language in use, and how it writes numbers and times; `format` stays the same object as long as the language does. */
export function useText() {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  return { t, i18n, language, format: formatterOf(language) };
}
