import { ActionIcon, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, type TablerIcon } from '@tabler/icons-react';
import { useText } from '../../i18n/use-text.ts';
import { Note } from '../note.ts';

interface ImageStepsProps {
  /** Its place among all, from 0. */
  readonly position: number;
  readonly total: number;
  /** To the next image, or with -1 to the one before. */
  readonly onMove: (step: number) => void;
}

/** Which of the images is shown, with the ways to its neighbours. */
export function ImageSteps({ position, total, onMove }: ImageStepsProps) {
  const { t, format } = useText();
  const arrow = (step: number, label: string, Icon: TablerIcon) => (
    <ActionIcon
      variant="default"
      size="lg"
      disabled={position + step < 0 || position + step >= total}
      onClick={() => onMove(step)}
      aria-label={label}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
  return (
    <Group gap="xs" ml="auto" wrap="nowrap">
      {arrow(-1, t('datasets.previousImage'), IconChevronLeft)}
      <Note className="tabular">
        {format.number(position + 1)} / {format.number(total)}
      </Note>
      {arrow(1, t('datasets.nextImage'), IconChevronRight)}
    </Group>
  );
}
