import { inLanguage } from '../../shared/errors/catalogue.ts';
import { useText } from '../i18n/use-text.ts';
import type { Problem } from '../rpc/problem.ts';

/** A problem's sentences in the person's language; what the catalogue does not know is told as it came. */
export function useKnownProblem(problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>) {
  const { language } = useText();
  const { message, hint } = inLanguage({ ...problem, hint: problem.hint ?? '' }, language);
  return { message, hint: hint || null };
}
