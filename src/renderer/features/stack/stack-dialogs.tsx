import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
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
  const [typed, setTyped] = useState('');
  const destroy = useMutation({
    mutationFn: () => engine.stack.destroy({ name: typed, services: [] }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: queries.stack.key() });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name) destroy.mutate();
  };
  return (
    <form onSubmit={submit}>
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
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value.trim())}
        />
        {destroy.error && <ProblemAlert error={destroy.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" color="red" loading={destroy.isPending} disabled={typed !== name}>
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
  const client = useQueryClient();
  const others = profiles.filter((profile) => profile !== from);
  const [chosen, setChosen] = useState<Profile | null>(null);
  const [replace, setReplace] = useState(false);
  const to = chosen !== null && chosen !== from ? chosen : (others[0] ?? 'embedded');
  const migrate = useMutation({
    mutationFn: () => engine.stack.migrate({ to, replace }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: queries.stack.key() });
    },
  });
  const close = () => {
    setReplace(false);
    migrate.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={t('stackDialogs.migrateTitle')} centered>
      <Stack gap="md">
        <Text size="sm">{t('stackDialogs.migrateText', { from: t(`stack.profiles.${from}`) })}</Text>
        <Select
          data-autofocus
          allowDeselect={false}
          label={t('stackDialogs.migrateTo')}
          data={others.map((value) => ({ value, label: t(`stack.profiles.${value}`) }))}
          value={to}
          onChange={(value) => setChosen(profiles.find((one) => one === value) ?? null)}
        />
        {to === 'external' && (
          <Text size="sm" c="dimmed">
            {t('stackDialogs.migrateExternal')}
          </Text>
        )}
        <Checkbox
          label={t('stackDialogs.migrateReplace')}
          description={t('stackDialogs.migrateReplaceHint')}
          checked={replace}
          onChange={(event) => setReplace(event.currentTarget.checked)}
        />
        {migrate.error && <ProblemAlert error={migrate.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button loading={migrate.isPending} onClick={() => migrate.mutate()}>
            {t('stackDialogs.migrateNow')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
