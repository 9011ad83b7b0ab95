import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lateSection } from '../../late/late-part.tsx';
import type { ListedImage, Version } from './shown-types.ts';

const ImageViewer = lateSection(async () => (await import('./viewer/image-viewer.tsx')).ImageViewer);

interface ViewerDialogProps {
  readonly dataset: string;
  readonly version: Version;
  /** As the list has it; null until it has come. */
  readonly image: ListedImage | null;
  /** Its place among those listed; null: nothing is viewed. */
  readonly position: number | null;
  readonly total: number;
  readonly onMove: (position: number) => void;
  readonly onClose: () => void;
}

/** A dialog with one image of a version, in which keys lead to the others. */
export function ViewerDialog({ position, onClose, ...viewer }: ViewerDialogProps) {
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false;
  const { image, version } = viewer;
  return (
    <Modal
      opened={position !== null}
      onClose={onClose}
      size={version.labels ? 'min(1240px, 96vw)' : 'lg'}
      fullScreen={isNarrow}
      title={image?.class ?? image?.path ?? ''}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      {position !== null && <ImageViewer {...viewer} position={position} />}
    </Modal>
  );
}
