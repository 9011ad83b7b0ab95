import { useTranslation } from 'react-i18next';
import { catalogue, inLanguage } from '../../shared/errors/catalogue.ts';
import { codes as pageCodes } from '../i18n/en/codes.ts';
import type { Problem } from '../rpc/problem.ts';

/** A problem in the person's language; `original` keeps the engine's own sentence where the translation says less. */
export interface KnownProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly original: string | null;
}

/**
 * The engine speaks English, with names and numbers in its sentences. Where the page knows the code in another language it says it in
 * that, and keeps the engine's sentence below for what only that has. Of its own problems the page knows all that there is to say.
 */
export function useKnownProblem(
  problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>,
): KnownProblem {
  const { t, i18n } = useTranslation();
  if (i18n.language === 'ko' && Object.hasOwn(catalogue, problem.code)) {
    const { code, hint } = problem;
    return { code, ...inLanguage({ ...problem, hint: hint ?? '' }, 'ko'), original: null };
  }
  const key = `codes.${problem.code}` as const;
  if (i18n.language === 'en' || !i18n.exists(`${key}.message`)) return { ...problem, original: null };
  const texts: unknown = t(key as 'codes.CONNECTION_LOST', { returnObjects: true });
  const own = (name: string) =>
    typeof texts === 'object' && texts !== null && name in texts ? String(Reflect.get(texts, name)) : null;
  return {
    code: problem.code,
    message: own('message') ?? problem.message,
    hint: own('hint') ?? problem.hint,
    original: Object.hasOwn(pageCodes, problem.code) ? null : problem.message,
  };
}
