import { Switch } from '@mantine/core';
import type { ImageObject } from '../../../shared/contract/dataset-labels.ts';
import { useText } from '../../i18n/use-text.ts';

/** Whether the boxes and the masks of objects are drawn. */
export interface Layers {
  readonly boxes: boolean;
  readonly masks: boolean;
}

interface LayerSwitchesProps {
  /** What may be drawn: a switch that shows and hides nothing is left out. */
  readonly objects: readonly ImageObject[];
  readonly layers: Layers;
  readonly onLayers: (layers: Layers) => void;
}

/** Shows and hides boxes and masks. */
export function LayerSwitches({ objects, layers, onLayers }: LayerSwitchesProps) {
  const { t } = useText();
  return (
    <>
      {objects.some(({ box }) => box !== null) && (
        <Switch
          size="xs"
          label={t('viewer.boxes')}
          checked={layers.boxes}
          onChange={(event) => onLayers({ ...layers, boxes: event.currentTarget.checked })}
        />
      )}
      {objects.some(({ mask }) => mask !== null) && (
        <Switch
          size="xs"
          label={t('viewer.showMasks')}
          checked={layers.masks}
          onChange={(event) => onLayers({ ...layers, masks: event.currentTarget.checked })}
        />
      )}
    </>
  );
}
