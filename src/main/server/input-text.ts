import type { Bilingual } from '../../shared/errors/entry.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { invalidInput } from './input-fault.ts';

/** Deeper, and functions that call themselves for each level would run out of stack. */
const deepest = 100;

/**
 * Refuses input that no store can keep: U+0000 (PostgreSQL's text and JSON have none) and half surrogate pairs (no UTF-8), in texts
 * and in names of fields; and input that is nested too deeply. Looks at plain objects and arrays, as JSON has them.
 * @throws TrainyardError INVALID_INPUT with the field's path
 */
export function checkStorable(input: unknown): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: input, path: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') refuseText(value, path, 'text');
    if (typeof value !== 'object' || value === null) continue;
    if (depth === deepest)
      throw invalid(path, {
        en: `it is nested more than ${deepest} levels deep`,
        ko: `${deepest}단계보다 깊게 중첩됨`,
      });
    for (const [name, inner] of Object.entries(value)) {
      const isNamed = !Array.isArray(value);
      if (!isNamed && typeof inner !== 'string' && typeof inner !== 'object') continue;
      const field = path === '' ? name : `${path}.${name}`;
      if (isNamed) refuseText(name, field, 'name');
      open.push({ value: inner, path: field, depth: depth + 1 });
    }
  }
}

function refuseText(text: string, path: string, what: 'text' | 'name'): void {
  const isNul = text.includes('\0');
  if (!isNul && text.isWellFormed()) return;
  throw invalid(
    path,
    {
      en: `its ${what} has ${isNul ? 'NUL (U+0000)' : 'half a surrogate pair'}, which cannot be stored`,
      ko: `${what === 'text' ? '글' : '이름'}에 저장할 수 없는 ${isNul ? 'NUL(U+0000)' : '서로게이트 반쪽'}이 있음`,
    },
    { en: 'Remove that character', ko: '그 문자를 빼고' },
  );
}

function invalid(path: string, { en, ko }: Bilingual, remedy?: Bilingual): TrainyardError {
  // The name itself may hold what must not be repeated.
  const field = path.toWellFormed().replaceAll('\0', '\u{FFFD}').slice(0, 200);
  const faults = { en: `${field || 'input'}: ${en}`, ko: `${field || '입력'}: ${ko}` };
  return invalidInput(faults, field, remedy);
}
