import { Button, Checkbox, Modal, Select, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import {
  type DestroyInput,
  destroyInput,
  type MigrateInput,
  migrateInput,
} from '../../../shared/contract/stack.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { useContractForm } from '../../components/contract-form.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { ConfirmDialog, WriteForm } from '../../components/write-dialog.tsx';
import { engine, queries } from '../../rpc/client.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the stack's name before everything in it is removed. */
export function DestroyDialog({ opened, onClose, name }: DialogProps & { readonly name: string }) {
  const { t } = useTranslation();
  const destroy = useWrite({
    send: (input: DestroyInput, options) => engine.stack.destroy(input, options),
    onDone: onClose,
    refresh: queries.stack.key(),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={destroy.close} title={t('stackDialogs.destroyTitle')} centered>
      <DestroyForm destroy={destroy} name={name} />
    </Modal>
  );
}

function DestroyForm({ destroy, name }: { readonly destroy: Write<DestroyInput>; readonly name: string }) {
  const { t } = useTranslation();
  const { form, read } = useContractForm({
    schema: destroyInput.extend({ name: z.literal(name) }),
    initialValues: { name: '' },
    toInput: (values) => ({ name: values.name.trim() }),
    check: 'blur',
  });
  return (
    <WriteForm form={form} write={destroy} action={t('stackDialogs.destroyNow')} dangerous disabled={!read()}>
      <Text size="sm">{t('stackDialogs.destroyText')}</Text>
      <Text size="sm" c="dimmed">
        {t('stackDialogs.destroyKept')}
      </Text>
      <TextInput
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        label={t('stackDialogs.destroyName', { name })}
        {...form.getInputProps('name')}
      />
    </WriteForm>
  );
}

interface UseProfileDialogProps extends DialogProps {
  readonly from: Profile;
  readonly to: Profile;
  readonly onMigrate: () => void;
}

/** Goes over to other stores, once it is clear that data stays where it is. */
export function UseProfileDialog({ opened, onClose, from, to, onMigrate }: UseProfileDialogProps) {
  const { t } = useTranslation();
  const use = useWrite({
    // biome-ignore lint/correctness/useHookAtTopLevel: a procedure of the contract, no hook
    send: (_nothing: undefined, options) => engine.stack.useProfile({ profile: to }, options),
    onDone: onClose,
    refresh: queries.stack.key(),
    onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      title={t('stackDialogs.useTitle', { profile: t(`stack.profiles.${to}`) })}
      text={
        <>
          {t('stackDialogs.useText', { from: t(`stack.profiles.${from}`) })}
          <Text size="sm" c="dimmed" mt="md">
            {t('stackDialogs.useHint')}
          </Text>
        </>
      }
      action={t('stackDialogs.useNow')}
      aside={
        <Button variant="subtle" color="gray" mr="auto" disabled={use.isPending} onClick={onMigrate}>
          {t('stackDialogs.migrateInstead')}
        </Button>
      }
      write={use}
      onConfirm={() => use.start(undefined)}
    />
  );
}

/** Copies everything to another profile's stores; what it does then is told by the stack's progress. */
export function MigrateDialog({ opened, onClose, from }: DialogProps & { readonly from: Profile }) {
  const { t } = useTranslation();
  const migrate = useWrite({
    send: (input: MigrateInput, options) => engine.stack.migrate(input, options),
    onDone: onClose,
    refresh: queries.stack.key(),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={migrate.close} title={t('stackDialogs.migrateTitle')} centered>
      <MigrateForm key={from} migrate={migrate} from={from} />
    </Modal>
  );
}

function MigrateForm({ migrate, from }: { readonly migrate: Write<MigrateInput>; readonly from: Profile }) {
  const { t } = useTranslation();
  const others = profiles.filter((profile) => profile !== from);
  const { form } = useContractForm({
    schema: migrateInput,
    initialValues: { to: others[0] ?? 'embedded', replace: false },
  });
  return (
    <WriteForm form={form} write={migrate} action={t('stackDialogs.migrateNow')}>
      <Text size="sm">{t('stackDialogs.migrateText', { from: t(`stack.profiles.${from}`) })}</Text>
      <Select
        data-autofocus
        allowDeselect={false}
        label={t('stackDialogs.migrateTo')}
        data={others.map((value) => ({ value, label: t(`stack.profiles.${value}`) }))}
        {...form.getInputProps('to')}
      />
      {form.values.to === 'external' && (
        <Text size="sm" c="dimmed">
          {t('stackDialogs.migrateExternal')}
        </Text>
      )}
      <Checkbox
        label={t('stackDialogs.migrateReplace')}
        description={t('stackDialogs.migrateReplaceHint')}
        {...form.getInputProps('replace', { type: 'checkbox' })}
      />
    </WriteForm>
  );
}
