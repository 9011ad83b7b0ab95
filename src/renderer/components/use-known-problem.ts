import { useTranslation } from 'react-i18next';
import { inLanguage } from '../../shared/errors/catalogue.ts';
import { languageOf } from '../i18n/i18n.ts';
import type { Problem } from '../rpc/problem.ts';

/** A problem in the person's language. */
export interface KnownProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** The catalogue's sentences in the person's language; what it does not know is told as it came. */
export function useKnownProblem(
  problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>,
): KnownProblem {
  const { i18n } = useTranslation();
  const { code, hint } = problem;
  const told = inLanguage({ ...problem, hint: hint ?? '' }, languageOf(i18n));
  return { code, message: told.message, hint: told.hint || null };
}
