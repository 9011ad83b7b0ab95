import type { NumberRange } from '../../shared/model/number-range.ts';
import { translate } from './language.ts';

/** What a number may be, in words. */
export function rangeWords({ whole, min, aboveMin, max, belowMax }: NumberRange): string {
  const kind = whole ? translate('A whole number', '정수') : translate('A number', '숫자');
  const least =
    min === null
      ? ''
      : aboveMin
        ? translate(` above ${min}`, `${min} 초과`)
        : translate(` of ${min} or more`, `${min} 이상`);
  const most =
    max === null
      ? ''
      : belowMax
        ? translate(` below ${max}`, `${max} 미만`)
        : translate(` up to ${max}`, `${max} 이하`);
  const bounds = [least, most].filter((one) => one !== '').join(' ');
  const both = least !== '' && most !== '' ? translate(',', '') : '';
  return translate(
    `${kind}${least}${both}${most} is wanted`,
    `${bounds}${bounds === '' ? '' : '의 '}${kind}가 필요합니다`,
  );
}
