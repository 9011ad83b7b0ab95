import { Button, Checkbox, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import {
  type DestroyInput,
  destroyInput,
  type MigrateInput,
  migrateInput,
} from '../../../shared/contract/stack.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { useContractForm, useRefusal } from '../../components/form/contract-form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { WriteActions } from '../../components/write-actions.tsx';
import { engine, queries } from '../../rpc/client.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the stack's name before everything in it is removed. */
export function DestroyDialog({ opened, onClose, name }: DialogProps & { readonly name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const destroy = useWrite({
    send: (input: DestroyInput, options) => engine.stack.destroy(input, options),
    onDone: onClose,
    refresh: () => client.invalidateQueries({ queryKey: queries.stack.key() }),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={destroy.close} title={t('stackDialogs.destroyTitle')} centered>
      <DestroyForm destroy={destroy} name={name} />
    </Modal>
  );
}

interface DestroyFormProps {
  readonly destroy: Write<DestroyInput>;
  readonly name: string;
}

function DestroyForm({ destroy, name }: DestroyFormProps) {
  const { t } = useTranslation();
  const { form, read } = useContractForm({
    schema: destroyInput.extend({ name: z.literal(name) }),
    initialValues: { name: '' },
    toInput: (values) => ({ name: values.name.trim() }),
    check: 'blur',
  });
  const refusal = useRefusal(form, destroy.error);
  return (
    <form onSubmit={form.onSubmit(destroy.start)}>
      <Stack gap="md">
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
        {refusal !== null && <ProblemAlert error={refusal} />}
        <WriteActions write={destroy}>
          <Button type="submit" color="red" loading={destroy.isPending} disabled={!read()}>
            {t('stackDialogs.destroyNow')}
          </Button>
        </WriteActions>
      </Stack>
    </form>
  );
}

interface ProfileDialogProps extends DialogProps {
  readonly from: Profile;
}

/** Goes over to other stores, once it is clear that data stays where it is. */
export function UseProfileDialog({
  opened,
  onClose,
  from,
  to,
  onMigrate,
}: ProfileDialogProps & { readonly to: Profile; readonly onMigrate: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const use = useWrite({
    // biome-ignore lint/correctness/useHookAtTopLevel: a procedure of the contract, no hook
    send: (_nothing: undefined, options) => engine.stack.useProfile({ profile: to }, options),
    onDone: onClose,
    refresh: () => client.invalidateQueries({ queryKey: queries.stack.key() }),
    onClose,
  });
  return (
    <Modal
      opened={opened}
      onClose={use.close}
      title={t('stackDialogs.useTitle', { profile: t(`stack.profiles.${to}`) })}
      centered
    >
      <Stack gap="md">
        <Text size="sm">{t('stackDialogs.useText', { from: t(`stack.profiles.${from}`) })}</Text>
        <Text size="sm" c="dimmed">
          {t('stackDialogs.useHint')}
        </Text>
        {use.error !== null && <ProblemAlert error={use.error} />}
        <WriteActions
          write={use}
          focusCancel
          aside={
            <Button variant="subtle" color="gray" mr="auto" disabled={use.isPending} onClick={onMigrate}>
              {t('stackDialogs.migrateInstead')}
            </Button>
          }
        >
          <Button loading={use.isPending} onClick={() => use.start(undefined)}>
            {t('stackDialogs.useNow')}
          </Button>
        </WriteActions>
      </Stack>
    </Modal>
  );
}

/** Copies everything to another profile's stores; what it does then is told by the stack's progress. */
export function MigrateDialog({ opened, onClose, from }: ProfileDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const migrate = useWrite({
    send: (input: MigrateInput, options) => engine.stack.migrate(input, options),
    onDone: onClose,
    refresh: () => client.invalidateQueries({ queryKey: queries.stack.key() }),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={migrate.close} title={t('stackDialogs.migrateTitle')} centered>
      <MigrateForm key={from} migrate={migrate} from={from} />
    </Modal>
  );
}

interface MigrateFormProps {
  readonly migrate: Write<MigrateInput>;
  readonly from: Profile;
}

function MigrateForm({ migrate, from }: MigrateFormProps) {
  const { t } = useTranslation();
  const others = profiles.filter((profile) => profile !== from);
  const { form } = useContractForm({
    schema: migrateInput,
    initialValues: { to: others[0] ?? 'embedded', replace: false },
  });
  const refusal = useRefusal(form, migrate.error);
  return (
    <form onSubmit={form.onSubmit(migrate.start)}>
      <Stack gap="md">
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
        {refusal !== null && <ProblemAlert error={refusal} />}
        <WriteActions write={migrate}>
          <Button type="submit" loading={migrate.isPending}>
            {t('stackDialogs.migrateNow')}
          </Button>
        </WriteActions>
      </Stack>
    </form>
  );
}
