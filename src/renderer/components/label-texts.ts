import type { LabelCounts, SplitCounts, Validation } from '../../shared/contract/datasets.ts';
import { useText } from '../i18n/use-text.ts';

/** In the order in which they are used. */
export const splitOrder = ['train', 'val', 'test'] as const;

type SomeCounts = { readonly [Key in Exclude<keyof LabelCounts, 'sizes'>]?: number | undefined };

/** What is said in words of a dataset's labels. */
export function useLabelTexts() {
  const { t, format } = useText();
  const counted = (key: 'objects' | 'masks' | 'background' | 'crowds' | 'difficult', count: number) =>
    t(`labels.${key}`, { count, formatted: format.number(count) });
  return {
    /** The format, and how it was found. */
    formatOf: (summary: Pick<Validation['summary'], 'format' | 'recognised'>) => {
      const name = t(`formats.${summary.format}`);
      if (summary.recognised === null) return t('recognised.named', { format: name });
      const { mark, file } = summary.recognised;
      return t(`recognised.${mark}`, { format: name, file });
    },
    /** Objects, and whatever else there is of them; nothing where images have classes. */
    countsOf: (counts: SomeCounts) => {
      const { boxes, masks = 0, background = 0, crowds = 0, difficult = 0 } = counts;
      if (boxes === undefined) return [];
      const others = { masks, background, crowds, difficult };
      return [
        counted('objects', boxes),
        ...(['masks', 'background', 'crowds', 'difficult'] as const)
          .filter((key) => others[key] > 0)
          .map((key) => counted(key, others[key])),
      ];
    },
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
