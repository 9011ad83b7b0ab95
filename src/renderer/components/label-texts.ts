import type { SplitCounts } from '../../shared/contract/dataset-labels.ts';
import type { Validation } from '../../shared/contract/datasets.ts';
import { type SomeLabelCounts, shownCounts } from '../../shared/model/label-counts.ts';
import { useText } from '../i18n/use-text.ts';

/** In the order in which they are used. */
export const splitOrder = ['train', 'val', 'test'] as const;

/** What is said in words of a dataset's labels. */
export function useLabelTexts() {
  const { t, format } = useText();
  return {
    /** The format, and how it was found. */
    formatOf: (summary: Pick<Validation['summary'], 'format' | 'recognised'>) => {
      const name = t(`formats.${summary.format}`);
      if (summary.recognised === null) return t('recognised.named', { format: name });
      const { mark, file } = summary.recognised;
      return t(`recognised.${mark}`, { format: name, file });
    },
    /** What there is of labels; nothing where images have classes. */
    countsOf: (counts: SomeLabelCounts) =>
      shownCounts(counts).map(([key, count]) =>
        t(`labels.${key}`, { count, formatted: format.number(count) }),
      ),
    /** How many images each split has; nothing where there are none. */
    splitsOf: (splits: SplitCounts) =>
      splitOrder.flatMap((split) => {
        const count = splits[split];
        if (count === undefined) return [];
        return [
          t('labels.splitCount', { split: t(`labels.splits.${split}`), formatted: format.number(count) }),
        ];
      }),
  };
}
