import { useTranslation } from 'react-i18next';
import { rangeOf } from '../../../shared/model/number-range.ts';
import { useFormat } from '../../format/use-format.ts';

/** What a field takes, in words: "A whole number from 1 to 100,000". */
export function useRangeText(): (path: string) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (path) => {
    const range = rangeOf(path);
    if (!range) return t('ranges.other');
    const kind = t(range.whole ? 'ranges.whole' : 'ranges.number');
    const [min, max] = [format.number(range.min ?? 0), format.number(range.max ?? 0)];
    if (range.min === null) return t('ranges.any', { kind });
    if (range.max === null)
      return range.aboveMin ? t('ranges.above', { kind, min }) : t('ranges.from', { kind, min });
    if (range.aboveMin) return t('ranges.aboveTo', { kind, min, max });
    return range.belowMax
      ? t('ranges.fromBelow', { kind, min, max })
      : t('ranges.fromTo', { kind, min, max });
  };
}
