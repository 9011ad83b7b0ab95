import { Button } from '@mantine/core';
import { IconGitCompare, IconPlayerPlay, IconPlayerStop, IconReload, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { MoreMenu } from '../../components/more-menu.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

type Action = Run['actions'][number] | 'remove';

const icons = { cancel: IconPlayerStop, resume: IconPlayerPlay, retry: IconReload } as const;

/** What can be done with a run now; each asks first. */
export function RunActions({ run }: { readonly run: Run }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  // The dialog keeps its text while it fades out.
  const [shown, setShown] = useState<Action>('cancel');
  const ask = (action: Action) => {
    setShown(action);
    setAsking(true);
  };
  return (
    <>
      {run.actions.map((action) => {
        const Icon = icons[action];
        const isStopping = action === 'cancel' && run.cancelRequested;
        return (
          <Button
            key={action}
            variant={action === 'resume' ? 'filled' : 'default'}
            leftSection={<Icon size={16} aria-hidden />}
            disabled={isStopping}
            onClick={() => ask(action)}
          >
            {isStopping ? t('status.stopping') : t(`run.actions.${action}`)}
          </Button>
        );
      })}
      <MoreMenu
        width={200}
        items={[
          {
            label: t('run.compareWith'),
            icon: IconGitCompare,
            onClick: () => void navigate({ to: '/compare', search: { runs: run.id } }),
          },
          {
            label: t('run.actions.remove'),
            icon: IconTrash,
            dangerous: true,
            disabled: !isEnded(run.status),
            onClick: () => ask('remove'),
          },
        ]}
      />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t(`run.confirm.${shown}.title`)}
        text={t(`run.confirm.${shown}.text`)}
        send={(_nothing, options) => engine.runs[shown]({ run: run.id }, options)}
        onDone={() => shown === 'remove' && navigate({ to: '/runs' })}
        refresh={shown === 'remove' ? queries.runs.list.key() : queries.runs.key()}
        action={t(`run.actions.${shown}`)}
        dangerous={shown === 'cancel' || shown === 'remove'}
      />
    </>
  );
}
