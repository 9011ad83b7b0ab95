import { type BackupOperation, drillBackupInput, type Snapshot } from '../../../shared/contract/backups.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { keyOf, SnapshotKeyField } from './key-field.tsx';

interface DrillDialogProps {
  readonly snapshot: Snapshot;
  readonly encryption: NonNullable<Snapshot['encryption']>;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onBegun: (operation: BackupOperation) => void;
}

/** Asks for the key of an encrypted snapshot, and proves it. */
export function DrillDialog({ snapshot, encryption, onBegun, ...dialog }: DrillDialogProps) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('backupEncryption.drillTitle')}
      send={(input, options) => engine.backups.drill(input, options)}
      onDone={onBegun}
      refresh={queries.backups.list.key()}
      action={t('backupEncryption.drillAction')}
      form={{
        schema: drillBackupInput.required(),
        initialValues: { key: '' },
        toInput: ({ key }) => ({ snapshot: snapshot.path, key: keyOf(key, encryption.hasPassphrase) }),
      }}
    >
      {(form) => (
        <SnapshotKeyField
          encryption={encryption}
          value={form.values.key}
          onChange={(key) => form.setFieldValue('key', key)}
        />
      )}
    </FormDialog>
  );
}
