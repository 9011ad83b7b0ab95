import type { z } from 'zod';
import { fault } from '../../shared/errors/catalogue.ts';
import { correctField } from '../../shared/errors/engine.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { type AnyIssue, inputWords } from '../platform/input-words.ts';

/** What a schema makes of a request's part. @throws TrainyardError INVALID_INPUT */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw inputFault(result.error.issues);
}

/** Input that is not what the contract says: each fault with its field, in both languages. */
export function inputFault(issues: readonly AnyIssue[]): TrainyardError {
  const faults = issues.map((issue) => {
    const field = (issue.path ?? [])
      .map((part) => String(typeof part === 'object' ? part.key : part))
      .join('.');
    const { en, ko } = inputWords(issue);
    const about = field ? `${field}: ` : '';
    return { field, en: about + en, ko: about + ko };
  });
  const joined = (language: 'en' | 'ko') => faults.map((words) => words[language]).join('; ');
  return invalidInput({ en: joined('en'), ko: joined('ko') }, faults[0]?.field);
}

/** Input with these faults. @param field the first field that is at fault; undefined or empty: the input itself */
export function invalidInput(
  faults: Bilingual,
  field?: string,
  remedy: Bilingual = correctField,
): TrainyardError {
  return fault('INVALID_INPUT', { faults, remedy }, { place: field ? { field } : {} });
}
