import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { foldName, longestSegmentBytes, normalName } from '../names.ts';
import { listed, makeProblem } from '../problems.ts';
import type { Tally } from './tally.ts';

/** What turns the direction of the text around it; none is seen. */
const turning = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A class's name as it is compared: composed, without blanks around it, and with one blank where several follow each other. Control
 * characters count as blanks: stores can't hold all of them, and terminals obey them.
 */
export function className(written: string): string {
  return normalName(written)
    .toWellFormed()
    .replace(turning, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

export const longNameHint = {
  en: 'Give the class a short name, and keep descriptions elsewhere.',
  ko: '클래스에 짧은 이름을 쓰고, 설명은 다른 곳에 두세요.',
};

/**
 * Why a class's name is too long; null where it is not. Names of classes are those of folders in other formats, and every list of
 * images, every run and every model carries them.
 */
export function whyTooLong(name: string): Bilingual | null {
  const bytes = Buffer.byteLength(name);
  if (bytes <= longestSegmentBytes) return null;
  return phrase(
    'the name "{start}…" has {bytes} bytes, and a class’s has {most} at most',
    '이름 "{start}…"이 {bytes}바이트인데, 클래스 이름은 {most}바이트까지입니다',
    { start: [...name.slice(0, 60)].slice(0, 30).join(''), bytes, most: longestSegmentBytes },
  );
}

/** Warns of classes whose names differ in upper and lower case only. */
export function reportNamesByCase(tally: Tally, file: string, names: readonly string[]): void {
  for (const same of Map.groupBy(names, foldName).values())
    if (same.length > 1)
      tally.warning('CLASS_NAMES_CASE', same.join('/'), () =>
        makeProblem('CLASS_NAMES_CASE', file, { names: listed(same) }),
      );
}
