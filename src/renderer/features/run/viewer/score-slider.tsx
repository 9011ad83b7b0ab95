import { Group, Slider } from '@mantine/core';
import { Note } from '../../../components/note.ts';
import { useText } from '../../../i18n/use-text.ts';

interface ScoreSliderProps {
  readonly least: number;
  /** The lowest score that there is. */
  readonly lowest: number;
  readonly onLeast: (least: number) => void;
}

const scoreStep = 0.05;

/** From which score on an answer is shown. */
export function ScoreSlider({ least, lowest, onLeast }: ScoreSliderProps) {
  const { t } = useText();
  const start = Math.floor(lowest / scoreStep) * scoreStep;
  const value = Math.max(least, start);
  return (
    <Group gap="xs" wrap="nowrap">
      <Note>{t('predictions.leastScore')}</Note>
      <Slider
        w={140}
        size="sm"
        min={start}
        max={1}
        step={scoreStep}
        label={null}
        thumbLabel={t('predictions.leastScore')}
        value={value}
        onChange={onLeast}
      />
      <Note className="tabular" w={32}>
        {value.toFixed(2)}
      </Note>
    </Group>
  );
}
