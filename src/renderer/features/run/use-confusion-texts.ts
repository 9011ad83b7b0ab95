import { useText } from '../../i18n/use-text.ts';
import type { Confusion } from './confusion.ts';

/** What is said of a matrix in words. */
export function useConfusionTexts({ names, background, matrix, sums }: Confusion) {
  const { t, format } = useText();
  const nameOf = (place: number) =>
    place === background ? t('confusion.background') : (names[place] ?? `${place}`);
  return {
    nameOf,
    sentenceOf: (truth: number, predicted: number) =>
      t('artifacts.confused', {
        truth: nameOf(truth),
        predicted: nameOf(predicted),
        count: format.number(matrix[truth]?.[predicted] ?? 0),
        total: format.number(sums[truth] ?? 0),
      }),
  };
}
