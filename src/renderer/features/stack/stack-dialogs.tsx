import { Checkbox, Select, Text, TextInput } from '@mantine/core';
import { z } from 'zod';
import { destroyInput, migrateInput } from '../../../shared/contract/stack.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { Note } from '../../components/note.ts';
import { ConfirmDialog, FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the stack's name before everything in it is removed. */
export function DestroyDialog({ name, ...dialog }: DialogProps & { readonly name: string }) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('stackDialogs.destroyTitle')}
      send={engine.stack.destroy}
      refresh={queries.stack.key()}
      action={t('stackDialogs.destroyNow')}
      dangerous
      form={{
        schema: destroyInput.extend({ name: z.literal(name) }),
        initialValues: { name: '' },
        toInput: (values) => ({ name: values.name.trim() }),
        check: 'blur',
      }}
    >
      {(form) => (
        <>
          <Text size="sm">{t('stackDialogs.destroyText')}</Text>
          <Note>{t('stackDialogs.destroyKept')}</Note>
          <TextInput
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            label={t('stackDialogs.destroyName', { name })}
            {...form.getInputProps('name')}
          />
        </>
      )}
    </FormDialog>
  );
}

interface UseProfileDialogProps extends DialogProps {
  readonly from: Profile;
  readonly to: Profile;
  readonly onMigrate: () => void;
}

/** Goes over to other stores, once it is clear that data stays where it is. */
export function UseProfileDialog({ from, to, onMigrate, ...dialog }: UseProfileDialogProps) {
  const { t } = useText();
  return (
    <ConfirmDialog
      {...dialog}
      title={t('stackDialogs.useTitle', { profile: t(`stack.profiles.${to}`) })}
      text={
        <>
          {t('stackDialogs.useText', { from: t(`stack.profiles.${from}`) })}
          <Note mt="md">{t('stackDialogs.useHint')}</Note>
        </>
      }
      // biome-ignore lint/correctness/useHookAtTopLevel: a procedure of the contract, no hook
      send={(_nothing, options) => engine.stack.useProfile({ profile: to }, options)}
      refresh={queries.stack.key()}
      action={t('stackDialogs.useNow')}
      other={{ label: t('stackDialogs.migrateInstead'), onClick: onMigrate }}
    />
  );
}

/** Copies everything to another profile's stores; what it does then is told by the stack's progress. */
export function MigrateDialog({ from, ...dialog }: DialogProps & { readonly from: Profile }) {
  const { t } = useText();
  const others = profiles.filter((profile) => profile !== from);
  return (
    <FormDialog
      key={from}
      {...dialog}
      title={t('stackDialogs.migrateTitle')}
      send={engine.stack.migrate}
      refresh={queries.stack.key()}
      action={t('stackDialogs.migrateNow')}
      form={{
        schema: migrateInput,
        initialValues: { to: others[0] ?? 'embedded', replace: false },
      }}
    >
      {(form) => (
        <>
          <Text size="sm">{t('stackDialogs.migrateText', { from: t(`stack.profiles.${from}`) })}</Text>
          <Select
            data-autofocus
            allowDeselect={false}
            label={t('stackDialogs.migrateTo')}
            data={others.map((value) => ({ value, label: t(`stack.profiles.${value}`) }))}
            {...form.getInputProps('to')}
          />
          {form.values.to === 'external' && <Note>{t('stackDialogs.migrateExternal')}</Note>}
          <Checkbox
            label={t('stackDialogs.migrateReplace')}
            description={t('stackDialogs.migrateReplaceHint')}
            {...form.getInputProps('replace', { type: 'checkbox' })}
          />
        </>
      )}
    </FormDialog>
  );
}
