import {
  IconArrowsTransferUp,
  IconPlayerPlay,
  IconPlayerStop,
  IconReload,
  IconSwitchHorizontal,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { StackState } from '../../../shared/contract/stack.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { MoreMenu } from '../../components/more-menu.tsx';
import type { Verb } from '../../components/stack/stack.ts';
import { useText } from '../../i18n/use-text.ts';
import { DestroyDialog, MigrateDialog, UseProfileDialog } from './stack-dialogs.tsx';
import { VerbButton } from './verb-button.tsx';

interface StackActionsProps {
  readonly stack: Pick<StackState, 'profile' | 'services' | 'name' | 'status'>;
  /** Why nothing can be done with the services now; null where it can. */
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
        width={250}
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
