import type { z } from 'zod';
import korean from 'zod/v4/locales/ko.js';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { issueWords } from '../../shared/model/issue-words.ts';

type Issue = z.core.$ZodIssue;
/** What any validator reports of a value; Zod's own report more. */
export interface AnyIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const units: Readonly<Record<string, Bilingual>> = {
  string: { en: ' characters', ko: '자' },
  array: { en: ' entries', ko: '개' },
};

const isFromZod = (issue: AnyIssue): issue is Issue => 'code' in issue && typeof issue.code === 'string';
const { localeError } = korean();

function inKorean(issue: Issue): string {
  // It could name the value, which is gone by now.
  const words = localeError({ ...issue, input: undefined } as z.core.$ZodRawIssue);
  return (typeof words === 'string' ? words : words?.message) ?? issue.message;
}

/** What is wrong with a value, in both languages. */
export function inputWords(issue: AnyIssue): Bilingual {
  if (!isFromZod(issue)) return { en: issue.message, ko: issue.message };
  const own = issueWords(issue);
  if (own) return own;
  if (issue.code === 'invalid_type') {
    return { en: `must be of the type ${issue.expected}`, ko: `${issue.expected} 형식이어야 함` };
  }
  if (issue.code !== 'too_small' && issue.code !== 'too_big')
    return { en: issue.message, ko: inKorean(issue) };
  const unit = units[issue.origin] ?? { en: '', ko: '' };
  const must = unit.en ? 'must have' : 'must be';
  if (issue.code === 'too_small') {
    const { minimum, inclusive } = issue;
    if (inclusive === false) return { en: `must be above ${minimum}`, ko: `${minimum}보다 커야 함` };
    const en =
      unit.en && Number(minimum) === 1 ? 'must not be empty' : `${must} at least ${minimum}${unit.en}`;
    return { en, ko: `${minimum}${unit.ko} 이상이어야 함` };
  }
  const { maximum, inclusive } = issue;
  if (inclusive === false) return { en: `must be below ${maximum}`, ko: `${maximum}보다 작아야 함` };
  return { en: `${must} at most ${maximum}${unit.en}`, ko: `${maximum}${unit.ko} 이하여야 함` };
}
