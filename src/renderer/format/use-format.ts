import { useTranslation } from 'react-i18next';
import { createFormatter, type Formatter } from './formatter.ts';

const formatters = new Map<string, Formatter>();

/** The formatter of the language in use; the same object as long as that stays. */
export function useFormat(): Formatter {
  const { i18n } = useTranslation();
  const found = formatters.get(i18n.language);
  if (found) return found;
  const made = createFormatter(i18n.language);
  formatters.set(i18n.language, made);
  return made;
}
