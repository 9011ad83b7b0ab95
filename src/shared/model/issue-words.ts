import type { z } from 'zod';
import type { Bilingual } from '../errors/entry.ts';

/**
 * What a check of the contract itself says of a value, in both languages (`refine` with `error`, and `params.ko` because Zod has Korean
 * words for its own checks alone); also of addresses, for which Zod's words are of use to nobody. Null for every other fault.
 */
export function issueWords(issue: z.core.$ZodIssue): Bilingual | null {
  if (issue.code === 'custom') return { en: issue.message, ko: String(issue.params?.ko ?? issue.message) };
  if (issue.code === 'invalid_format' && issue.format === 'url')
    return {
      en: 'an address is whole, as https://example.org',
      ko: '주소는 https://example.org처럼 전체를 씁니다',
    };
  return null;
}
