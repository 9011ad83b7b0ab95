import { useText } from '../../i18n/use-text.ts';
import { areaOf, isIgnored, isRegion, type ShownObject } from './shown-objects.ts';

/** COCO's limits of areas, in pixels. */
const [small, medium] = [32 ** 2, 96 ** 2];

/** What is said of an object in words. */
export function useObjectTexts(nameOf: (index: number | null) => string) {
  const { t, format } = useText();
  const sizeOf = (object: ShownObject) => {
    const area = areaOf(object);
    return t(area < small ? 'labels.small' : area < medium ? 'labels.medium' : 'labels.large');
  };
  const factsOf = (object: ShownObject) => {
    const { box, crowd, difficult, origin, probability } = object;
    return [
      ...(origin === undefined ? [] : [t(`predictions.${origin}`)]),
      ...(typeof probability === 'number' ? [t('predictions.score', { value: probability.toFixed(2) })] : []),
      ...(box
        ? [
            t('viewer.size', {
              width: format.number(Math.round(box[2])),
              height: format.number(Math.round(box[3])),
            }),
            // Crowds are not counted by size.
            ...(crowd ? [] : [sizeOf(object)]),
          ]
        : []),
      ...(isRegion(object) ? [t('viewer.region')] : []),
      ...(isIgnored(object) ? [t('viewer.ignoredHint')] : []),
      ...(crowd ? [t('viewer.crowd')] : []),
      ...(difficult ? [t('viewer.difficult')] : []),
    ];
  };
  return {
    factsOf,
    /** All of it in a line. */
    lineOf: (object: ShownObject) => [nameOf(object.class), ...factsOf(object)].join(' · '),
  };
}
