import { useTranslation } from 'react-i18next';
import { catalogue, inLanguage } from '../../shared/errors/catalogue.ts';
import { koreanCodes } from '../../shared/i18n/ko/codes.ts';
import { languageOf } from '../i18n/i18n.ts';
import type { Problem } from '../rpc/problem.ts';

/** A problem in the person's language; `original` keeps the engine's own sentence where the translation says less. */
export interface KnownProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly original: string | null;
}

/** The catalogue's sentences in the person's language; what it does not know is told as it came. */
export function useKnownProblem(
  problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>,
): KnownProblem {
  const { i18n } = useTranslation();
  const { code, message, hint } = problem;
  const isKnown = Object.hasOwn(catalogue, code) || !Object.hasOwn(koreanCodes, code);
  const general = isKnown || languageOf(i18n) === 'en' ? undefined : koreanCodes[code];
  if (general) return { code, ...general, original: message };
  const told = inLanguage({ ...problem, hint: hint ?? '' }, languageOf(i18n));
  return { code, message: told.message, hint: told.hint || null, original: null };
}
