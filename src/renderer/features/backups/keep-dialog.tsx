import { type DestinationView, keepDestinationInput } from '../../../shared/contract/backup-destinations.ts';
import { defaultKeep } from '../../../shared/model/backup-schedule.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { RetentionFields } from './keep-inputs.tsx';

interface Values extends Record<string, unknown> {
  removesOld: boolean;
  keep: { last: number | string; daily: number | string; weekly: number | string; monthly: number | string };
}

interface KeepDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly destination: DestinationView;
}

/** Changes how many copies stay at a destination. */
export function KeepDialog({ destination: { id, keep }, ...dialog }: KeepDialogProps) {
  const { t } = useText();
  const initialValues: Values = { removesOld: keep !== null, keep: { ...(keep ?? defaultKeep) } };
  return (
    <FormDialog
      {...dialog}
      title={t('backupDestinations.editKeep')}
      send={(input, options) => engine.backups.keepAtDestination(input, options)}
      refresh={queries.backups.destinations.key()}
      action={t('common.save')}
      form={{
        schema: keepDestinationInput,
        initialValues,
        toInput: (values: Values) => ({ destination: id, keep: values.removesOld ? values.keep : null }),
      }}
    >
      {(form) => (
        <RetentionFields
          removesOld={form.values.removesOld}
          input={form.getInputProps('removesOld', { type: 'checkbox' })}
          inputOf={(span) => form.getInputProps(`keep.${span}`)}
        />
      )}
    </FormDialog>
  );
}
