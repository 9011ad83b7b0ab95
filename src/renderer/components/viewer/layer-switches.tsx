import { Switch } from '@mantine/core';
import { useText } from '../../i18n/use-text.ts';

/** Whether the boxes and the masks of objects are drawn. */
export interface Layers {
  readonly boxes: boolean;
  readonly masks: boolean;
}

interface LayerSwitchesProps {
  readonly layers: Layers;
  readonly onLayers: (layers: Layers) => void;
}

/** Shows and hides boxes and masks. */
export function LayerSwitches({ layers, onLayers }: LayerSwitchesProps) {
  const { t } = useText();
  return (
    <>
      <Switch
        size="xs"
        label={t('viewer.boxes')}
        checked={layers.boxes}
        onChange={(event) => onLayers({ ...layers, boxes: event.currentTarget.checked })}
      />
      <Switch
        size="xs"
        label={t('viewer.showMasks')}
        checked={layers.masks}
        onChange={(event) => onLayers({ ...layers, masks: event.currentTarget.checked })}
      />
    </>
  );
}
