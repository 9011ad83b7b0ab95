import { Checkbox, Text, TextInput } from '@mantine/core';
import { addDestinationInput } from '../../../shared/contract/backup-destinations.ts';
import { defaultKeep } from '../../../shared/model/backup-schedule.ts';
import { PathInput } from '../../components/path-input.tsx';
import { ServerFields } from '../../components/server-fields.tsx';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { RetentionFields } from './keep-inputs.tsx';

interface Values extends Record<string, unknown> {
  place: string;
  name: string;
  server: { endpoint: string | null; profile: string | null };
  removesOld: boolean;
  keep: { last: number | string; daily: number | string; weekly: number | string; monthly: number | string };
  takeOver: boolean;
}

const initialValues: Values = {
  ...{ place: '', name: '', server: { endpoint: null, profile: null } },
  ...{ removesOld: true, keep: { ...defaultKeep }, takeOver: false },
};

const isInBucket = (place: string) => place.trim().startsWith('s3://');

const toInput = ({ place, name, server, removesOld, keep, takeOver }: Values) => ({
  ...{ place, takeOver, keep: removesOld ? keep : null },
  ...(name.trim() === '' ? {} : { name }),
  ...(isInBucket(place) ? server : {}),
});

/** Asks for a place that copies are kept at. */
export function AddDestinationDialog(dialog: { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('backupDestinations.addTitle')}
      send={(input, options) => engine.backups.addDestination(input, options)}
      refresh={queries.backups.destinations.key()}
      action={t('backupDestinations.add')}
      form={{ schema: addDestinationInput, initialValues, toInput }}
    >
      {(form) => (
        <>
          <Text size="sm">{t('backupDestinations.addText')}</Text>
          <PathInput
            data-autofocus
            label={t('backupDestinations.place')}
            description={t('backupDestinations.placeHint')}
            placeholder="/mnt/backup/trainyard"
            {...form.getInputProps('place')}
            kinds={['folder']}
            onChoose={(found) => form.setFieldValue('place', found)}
          />
          {isInBucket(form.values.place) && (
            <ServerFields
              server={form.values.server}
              hint={t('backupDestinations.serverHint')}
              onChange={(server) => form.setFieldValue('server', server)}
            />
          )}
          <TextInput
            label={t('backupDestinations.name')}
            placeholder={t('backupDestinations.namePlaceholder')}
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <RetentionFields
            removesOld={form.values.removesOld}
            input={form.getInputProps('removesOld', { type: 'checkbox' })}
            inputOf={(span) => form.getInputProps(`keep.${span}`)}
          />
          <Checkbox
            label={t('backupDestinations.takeOver')}
            description={t('backupDestinations.takeOverHint')}
            {...form.getInputProps('takeOver', { type: 'checkbox' })}
          />
        </>
      )}
    </FormDialog>
  );
}
