import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import {
  type DestroyInput,
  destroyInput,
  type MigrateInput,
  migrateInput,
} from '../../../shared/contract/stack.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { useContractForm, useRefusedField } from '../../components/form/contract-form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { engine, queries } from '../../rpc/client.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the stack's name before everything in it is removed. */
export function DestroyDialog({ opened, onClose, name }: DialogProps & { readonly name: string }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('stackDialogs.destroyTitle')} centered>
      <DestroyForm onClose={onClose} name={name} />
    </Modal>
  );
}

function DestroyForm({ onClose, name }: Omit<DialogProps, 'opened'> & { readonly name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { form, read } = useContractForm({
    schema: destroyInput.extend({ name: z.literal(name) }),
    initialValues: { name: '' },
    toInput: (values) => ({ name: values.name.trim() }),
    check: 'blur',
  });
  const destroy = useMutation({
    mutationFn: (input: DestroyInput) => engine.stack.destroy(input),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: queries.stack.key() });
    },
  });
  useRefusedField(form, destroy.error);
  return (
    <form onSubmit={form.onSubmit((input) => destroy.mutate(input))}>
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
        {destroy.error && <ProblemAlert error={destroy.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" color="red" loading={destroy.isPending} disabled={!read()}>
            {t('stackDialogs.destroyNow')}
          </Button>
        </Group>
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
  const use = useMutation({
    // biome-ignore lint/correctness/useHookAtTopLevel: a procedure of the contract, no hook
    mutationFn: () => engine.stack.useProfile({ profile: to }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: queries.stack.key() });
    },
  });
  const close = () => {
    use.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('stackDialogs.useTitle', { profile: t(`stack.profiles.${to}`) })}
      centered
    >
      <Stack gap="md">
        <Text size="sm">{t('stackDialogs.useText', { from: t(`stack.profiles.${from}`) })}</Text>
        <Text size="sm" c="dimmed">
          {t('stackDialogs.useHint')}
        </Text>
        {use.error && <ProblemAlert error={use.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" color="gray" mr="auto" onClick={onMigrate}>
            {t('stackDialogs.migrateInstead')}
          </Button>
          <Button variant="default" onClick={close} data-autofocus>
            {t('common.cancel')}
          </Button>
          <Button loading={use.isPending} onClick={() => use.mutate()}>
            {t('stackDialogs.useNow')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Copies everything to another profile's stores; what it does then is told by the stack's progress. */
export function MigrateDialog({ opened, onClose, from }: ProfileDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('stackDialogs.migrateTitle')} centered>
      <MigrateForm key={from} onClose={onClose} from={from} />
    </Modal>
  );
}

function MigrateForm({ onClose, from }: Omit<ProfileDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const others = profiles.filter((profile) => profile !== from);
  const { form } = useContractForm({
    schema: migrateInput,
    initialValues: { to: others[0] ?? 'embedded', replace: false },
  });
  const migrate = useMutation({
    mutationFn: (input: MigrateInput) => engine.stack.migrate(input),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: queries.stack.key() });
    },
  });
  useRefusedField(form, migrate.error);
  return (
    <form onSubmit={form.onSubmit((input) => migrate.mutate(input))}>
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
        {migrate.error && <ProblemAlert error={migrate.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={migrate.isPending}>
            {t('stackDialogs.migrateNow')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
