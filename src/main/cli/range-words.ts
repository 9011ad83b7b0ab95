import type { NumberRange } from '../../shared/model/number-range.ts';
import { say } from './language.ts';

/** What a number may be, in words. */
export function rangeWords({ whole, min, aboveMin, max, belowMax }: NumberRange): string {
  const kind = whole ? say('A whole number', '정수') : say('A number', '숫자');
  const least =
    min === null
      ? ''
      : aboveMin
        ? say(` above ${min}`, `${min} 초과`)
        : say(` of ${min} or more`, `${min} 이상`);
  const most =
    max === null ? '' : belowMax ? say(` below ${max}`, `${max} 미만`) : say(` up to ${max}`, `${max} 이하`);
  const bounds = [least, most].filter((one) => one !== '').join(' ');
  const both = least !== '' && most !== '' ? say(',', '') : '';
  return say(
    `${kind}${least}${both}${most} is wanted`,
    `${bounds}${bounds === '' ? '' : '의 '}${kind}가 필요합니다`,
  );
}
