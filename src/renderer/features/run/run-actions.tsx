import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconDots,
  IconGitCompare,
  IconPlayerPlay,
  IconPlayerStop,
  IconReload,
  IconTrash,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useWrite } from '../../components/use-write.ts';
import { engine, queries } from '../../rpc/client.ts';

type Action = Run['actions'][number] | 'remove';

const icons = { cancel: IconPlayerStop, resume: IconPlayerPlay, retry: IconReload } as const;

/** What can be done with a run now; each asks first. */
export function RunActions({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Action | null>(null);
  // The dialog keeps its text while it fades out.
  const [shown, setShown] = useState<Action>('cancel');
  const act = useWrite({
    send: async (action: Action, options) => {
      await engine.runs[action]({ run: run.id }, options);
      return action;
    },
    onDone: (action) => {
      setAsked(null);
      return action === 'remove' && navigate({ to: '/runs' });
    },
    refresh: (action) =>
      client.invalidateQueries({
        queryKey: action === 'remove' ? queries.runs.list.key() : queries.runs.key(),
      }),
    onClose: () => setAsked(null),
  });
  const ask = (action: Action) => {
    setShown(action);
    setAsked(action);
  };
  return (
    <>
      {run.actions.map((action) => {
        const Icon = icons[action];
        return (
          <Button
            key={action}
            variant={action === 'resume' ? 'filled' : 'default'}
            leftSection={<Icon size={16} aria-hidden />}
            disabled={action === 'cancel' && run.cancelRequested}
            onClick={() => ask(action)}
          >
            {action === 'cancel' && run.cancelRequested ? t('status.stopping') : t(`run.actions.${action}`)}
          </Button>
        );
      })}
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('common.more')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconGitCompare size={16} aria-hidden />}
            onClick={() => void navigate({ to: '/compare', search: { runs: run.id } })}
          >
            {t('run.compareWith')}
          </Menu.Item>
          <Menu.Item
            color="red"
            disabled={!isEnded(run.status)}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => ask('remove')}
          >
            {t('run.actions.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asked !== null}
        title={t(`run.confirm.${shown}.title`)}
        text={t(`run.confirm.${shown}.text`)}
        action={t(`run.actions.${shown}`)}
        dangerous={shown === 'cancel' || shown === 'remove'}
        write={act}
        onConfirm={() => act.start(shown)}
      />
    </>
  );
}
