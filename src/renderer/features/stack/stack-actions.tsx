import { Checkbox, Select, Text, TextInput } from '@mantine/core';
import {
  IconArrowsTransferUp,
  IconPlayerPlay,
  IconPlayerStop,
  IconReload,
  IconSwitchHorizontal,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { z } from 'zod';
import { destroyInput, migrateInput, type StackState } from '../../../shared/contract/stack.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { MoreMenu } from '../../components/more-menu.tsx';
import { Note } from '../../components/note.ts';
import type { Verb } from '../../components/stack/stack.ts';
import { ConfirmDialog, FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { VerbButton } from './verb-button.tsx';

interface StackActionsProps {
  readonly stack: Pick<StackState, 'profile' | 'services' | 'name' | 'status'>;
  /** Why nothing can be done with the services now; null if it can. */
  readonly blocked: string | null;
  /** An operation is under way. */
  readonly working: boolean;
  readonly pending: Verb | null;
  readonly onVerb: (verb: Verb) => void;
}

/** What can be done with the whole stack. */
export function StackActions({ stack, blocked, working, pending, onVerb }: StackActionsProps) {
  const { t } = useText();
  const [asked, setAsked] = useState<'destroy' | 'use' | 'migrate' | null>(null);
  const { profile, services, name, status } = stack;
  const [other, setOther] = useState<Profile>('docker');
  const all = status === 'running';
  const runs = services.some((service) => !['absent', 'stopped'].includes(service.status));
  const blockedStart = blocked ?? (all ? t('stack.nothingToStart') : null);
  const blockedStop = blocked ?? (runs ? null : t('stack.nothingToStop'));
  const verbs = [
    ['up', t('stack.start'), IconPlayerPlay, blockedStart],
    ['down', t('stack.stop'), IconPlayerStop, blockedStop],
    ['restart', t('stack.restart'), IconReload, blockedStop],
  ] as const;
  const use = (to: Profile, label: string, disabled: boolean) => ({
    label,
    icon: IconSwitchHorizontal,
    disabled,
    onClick: () => {
      setOther(to);
      setAsked('use');
    },
  });
  const close = () => setAsked(null);
  return (
    <>
      {/* Before there is a stack the page itself has the one button. */}
      {status !== 'absent' &&
        verbs.map(([verb, label, icon, reason]) => (
          <VerbButton
            key={verb}
            label={label}
            icon={icon}
            primary={verb === 'up' && !all}
            blocked={reason}
            busy={pending === verb}
            onClick={() => onVerb(verb)}
          />
        ))}
      <MoreMenu
        items={[
          ...(profile === 'docker'
            ? []
            : [use('docker', t('stack.useStack'), blocked !== null || status === 'absent')]),
          ...(profile === 'embedded' ? [] : [use('embedded', t('stack.useEmbedded'), working)]),
          {
            label: t('stack.migrate'),
            icon: IconArrowsTransferUp,
            disabled: blocked !== null,
            onClick: () => setAsked('migrate'),
          },
          {
            label: t('stack.destroy'),
            icon: IconTrash,
            dangerous: true,
            apart: true,
            disabled: blocked !== null || name === null,
            onClick: () => setAsked('destroy'),
          },
        ]}
      />
      <DestroyDialog opened={asked === 'destroy'} onClose={close} name={name ?? ''} />
      <UseProfileDialog
        opened={asked === 'use'}
        onClose={close}
        from={profile}
        to={other}
        onMigrate={() => setAsked('migrate')}
      />
      <MigrateDialog opened={asked === 'migrate'} onClose={close} from={profile} />
    </>
  );
}

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the stack's name before everything in it is removed. */
function DestroyDialog({ name, ...dialog }: DialogProps & { readonly name: string }) {
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
function UseProfileDialog({ from, to, onMigrate, ...dialog }: UseProfileDialogProps) {
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

/** Copies everything to another profile's stores; the stack's progress shows what it does then. */
function MigrateDialog({ from, ...dialog }: DialogProps & { readonly from: Profile }) {
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
