import { ActionIcon, Group, Modal } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import type { z } from 'zod';
import type { datasetImageSchema } from '../../../shared/contract/datasets.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFileUrl } from '../../rpc/files.ts';
import classes from './image-viewer.module.css';

interface ImageViewerProps {
  readonly image: z.infer<typeof datasetImageSchema> | null;
  /** Its place among those listed; null: nothing is viewed. */
  readonly position: number | null;
  readonly total: number;
  readonly onMove: (position: number) => void;
  readonly onClose: () => void;
}

/** One image, large, with what is known of it; arrow keys go on. */
export function ImageViewer({ image, position, total, onMove, onClose }: ImageViewerProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const at = position ?? 0;
  const move = (step: number) => {
    const next = at + step;
    if (next >= 0 && next < total) onMove(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };
  return (
    <Modal
      opened={position !== null}
      onClose={onClose}
      size="lg"
      title={image?.class ?? ''}
      onKeyDown={onKeyDown}
    >
      <div className={classes.stage}>
        {image && (
          <img
            src={fileUrl(image.url)}
            alt={image.path}
            className={classes.image}
            data-small={image.width < 200 || undefined}
          />
        )}
      </div>
      <Group justify="space-between" my="sm">
        <ActionIcon
          variant="default"
          size="lg"
          disabled={at === 0}
          onClick={() => move(-1)}
          aria-label={t('datasets.previousImage')}
        >
          <IconChevronLeft size={18} />
        </ActionIcon>
        <Note className="tabular">
          {format.number(at + 1)} / {format.number(total)}
        </Note>
        <ActionIcon
          variant="default"
          size="lg"
          disabled={at >= total - 1}
          onClick={() => move(1)}
          aria-label={t('datasets.nextImage')}
        >
          <IconChevronRight size={18} />
        </ActionIcon>
      </Group>
      {image && (
        <Facts
          facts={[
            [t('artifacts.name'), image.path, 'mono'],
            [
              t('datasets.pixels'),
              `${image.width} × ${image.height} · ${t('datasets.channels', { count: image.channels })}`,
            ],
            [t('datasets.size'), format.bytes(image.size)],
            ['SHA-256', image.sha256, 'mono'],
          ]}
        />
      )}
    </Modal>
  );
}
