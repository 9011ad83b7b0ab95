import { TextInput } from '@mantine/core';
import { type BackupOperation, createBackupInput } from '../../../shared/contract/backups.ts';
import { Note } from '../../components/note.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

interface MakeDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onBegun: (operation: BackupOperation) => void;
}

/** Begins a snapshot; the page shows how it goes on. */
export function MakeDialog({ onBegun, ...dialog }: MakeDialogProps) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('backups.make')}
      send={(input, options) => engine.backups.create(input, options)}
      onDone={onBegun}
      refresh={queries.backups.list.key()}
      action={t('common.create')}
      form={{ schema: createBackupInput, initialValues: { why: '' } }}
    >
      {(form) => (
        <>
          <Note>{t('backups.makeHint')}</Note>
          <TextInput
            data-autofocus
            label={t('backups.reason')}
            description={t('backups.reasonHint')}
            placeholder={t('backups.reasonExample')}
            {...form.getInputProps('why')}
          />
        </>
      )}
    </FormDialog>
  );
}
