import { Alert, Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { IconBan, IconCircleCheck } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CancelImport, FileProgress, notCounted } from '../../components/import-progress.tsx';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { ImportForm } from './import-form.tsx';
import { type ImportState, type ImportWish, useImport } from './use-import.ts';
import { ValidationReport } from './validation-report.tsx';

interface ImportDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** The project chosen to begin with. */
  readonly project: string | null;
  /** The path to begin with; empty: none. */
  readonly source: string;
}

/** Imports a dataset: from a folder or archive on the engine's machine, or from a file of this one. */
export function ImportDialog({ opened, onClose, ...begin }: ImportDialogProps) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('datasets.import')} size="xl">
      <ImportBody onClose={onClose} {...begin} />
    </Modal>
  );
}

function ImportBody({ onClose, project, source }: Omit<ImportDialogProps, 'opened'>) {
  const { t } = useText();
  const navigate = useNavigate();
  const { state, start } = useImport();
  const [wish, setWish] = useState<ImportWish | null>(null);

  if (state.at === 'working') return <Working state={state} onClose={onClose} />;
  if (state.at === 'done') {
    const { datasetId } = state;
    return (
      <Stack gap="md">
        <Alert
          color="green"
          icon={<IconCircleCheck aria-hidden />}
          title={state.reused ? t('datasets.reused') : t('datasets.imported')}
        >
          {state.reused
            ? t('datasets.reusedHint')
            : t(
                state.validation?.summary.boxes === undefined
                  ? 'datasets.importedHint'
                  : 'labels.importedHint',
              )}
        </Alert>
        {state.validation && state.validation.warnings.length > 0 && (
          <ValidationReport validation={state.validation} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
          <Button
            data-autofocus
            onClick={() => void navigate({ to: '/datasets/$datasetId', params: { datasetId } })}
          >
            {t('datasets.open')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      {state.at === 'cancelled' && (
        <Alert color="gray" icon={<IconBan aria-hidden />} title={t('datasets.cancelled')} role="status">
          {t('datasets.cancelledHint')}
        </Alert>
      )}
      <ImportForm
        initial={wish?.values ?? null}
        project={project}
        source={source}
        failure={state.at === 'failed' ? state : null}
        onCancel={onClose}
        onImport={(next) => {
          setWish(next);
          start(next);
        }}
      />
    </Stack>
  );
}

function Working({
  state,
  onClose,
}: {
  readonly state: Extract<ImportState, { at: 'working' }>;
  readonly onClose: () => void;
}) {
  const { t, format } = useText();
  // Until then closing takes it back.
  const isBegun = state.phase === 'importing' && state.isBegun;
  return (
    <Stack gap="sm" role="status">
      {state.phase === 'uploading' ? (
        <>
          <Group justify="space-between">
            <Text fw={550}>{t('datasets.uploading')}</Text>
            <Note className="tabular">{`${format.bytes(state.done)} / ${format.bytes(state.total)}`}</Note>
          </Group>
          <Progress
            value={state.total === 0 ? 100 : (state.done / state.total) * 100}
            aria-label={t('datasets.uploading')}
          />
        </>
      ) : (
        <FileProgress progress={state.progress ?? notCounted} />
      )}
      <Note>{isBegun ? t('datasets.leaveHint') : t('datasets.stayHint')}</Note>
      <Group justify="flex-end" gap="xs">
        {state.phase === 'importing' && state.progress && (
          <CancelImport importId={state.progress.id} phase={state.progress.phase} />
        )}
        <Button variant="default" size="xs" onClick={onClose}>
          {isBegun ? t('datasets.background') : t('common.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
