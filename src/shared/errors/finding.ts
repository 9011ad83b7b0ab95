import { entry } from './entry.ts';

/** What the doctor alone finds wrong; it is never thrown. */
export function finding<const English extends readonly [string, string]>(
  en: English,
  ko: readonly [string, string],
) {
  return entry(500, { en, ko });
}
