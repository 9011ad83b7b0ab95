import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowsTransferUp,
  IconDots,
  IconPlayerPlay,
  IconPlayerStop,
  IconReload,
  IconSwitchHorizontal,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackState } from '../../../shared/contract/stack.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import type { VerbWish } from '../../components/stack/use-stack-verb.ts';
import { DestroyDialog, MigrateDialog, UseProfileDialog } from './stack-dialogs.tsx';
import { VerbButton } from './verb-button.tsx';

interface StackActionsProps {
  readonly stack: Pick<StackState, 'profile' | 'services' | 'name' | 'status'>;
  /** Why nothing can be done with the services now; null where it can. */
  readonly blocked: string | null;
  /** An operation is under way. */
  readonly working: boolean;
  readonly pending: VerbWish['verb'] | null;
  readonly onVerb: (verb: VerbWish['verb']) => void;
}

/** What can be done with the whole stack. */
export function StackActions({ stack, blocked, working, pending, onVerb }: StackActionsProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<'destroy' | 'use' | 'migrate' | null>(null);
  const { profile, services, name, status } = stack;
  const [other, setOther] = useState<Profile>('docker');
  const runs = services.some((service) => !['absent', 'stopped'].includes(service.status));
  const all = status === 'running';
  const use = (to: Profile) => {
    setOther(to);
    setAsked('use');
  };
  return (
    <>
      {/* Before there is a stack the page itself has the one button. */}
      {status !== 'absent' && (
        <>
          <VerbButton
            label={t('stack.start')}
            icon={IconPlayerPlay}
            primary={!all}
            blocked={blocked ?? (all ? t('stack.nothingToStart') : null)}
            busy={pending === 'up'}
            onClick={() => onVerb('up')}
          />
          <VerbButton
            label={t('stack.stop')}
            icon={IconPlayerStop}
            blocked={blocked ?? (runs ? null : t('stack.nothingToStop'))}
            busy={pending === 'down'}
            onClick={() => onVerb('down')}
          />
          <VerbButton
            label={t('stack.restart')}
            icon={IconReload}
            blocked={blocked ?? (runs ? null : t('stack.nothingToStop'))}
            busy={pending === 'restart'}
            onClick={() => onVerb('restart')}
          />
        </>
      )}
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('common.more')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {profile !== 'docker' && (
            <Menu.Item
              leftSection={<IconSwitchHorizontal size={16} aria-hidden />}
              disabled={blocked !== null || status === 'absent'}
              onClick={() => use('docker')}
            >
              {t('stack.useStack')}
            </Menu.Item>
          )}
          {profile !== 'embedded' && (
            <Menu.Item
              leftSection={<IconSwitchHorizontal size={16} aria-hidden />}
              disabled={working}
              onClick={() => use('embedded')}
            >
              {t('stack.useEmbedded')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconArrowsTransferUp size={16} aria-hidden />}
            disabled={blocked !== null}
            onClick={() => setAsked('migrate')}
          >
            {t('stack.migrate')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            disabled={blocked !== null || name === null}
            onClick={() => setAsked('destroy')}
          >
            {t('stack.destroy')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DestroyDialog opened={asked === 'destroy'} onClose={() => setAsked(null)} name={name ?? ''} />
      <UseProfileDialog
        opened={asked === 'use'}
        onClose={() => setAsked(null)}
        from={profile}
        to={other}
        onMigrate={() => setAsked('migrate')}
      />
      <MigrateDialog opened={asked === 'migrate'} onClose={() => setAsked(null)} from={profile} />
    </>
  );
}
