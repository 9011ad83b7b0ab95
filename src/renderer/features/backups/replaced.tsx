import { Alert, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconHistory } from '@tabler/icons-react';
import type { BackupOperation, ReplacedState } from '../../../shared/contract/backups.ts';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

interface ReplacedProps {
  readonly replaced: ReplacedState;
  /** Something is being done with snapshots. */
  readonly busy: boolean;
  readonly onBegun: (operation: BackupOperation) => void;
}

/** What the last restore took out of service: the way back to it, and out of its room. */
export function Replaced({ replaced: { at, by }, busy, onBegun }: ReplacedProps) {
  const { t, format } = useText();
  const [goingBack, goBack] = useDisclosure(false);
  const [removing, remove] = useDisclosure(false);
  const title = t(`backups.replaced.${by}`, { time: format.dateTime(at) });
  return (
    <Alert color="gray" icon={<IconHistory size={18} aria-hidden />} title={title}>
      <Group justify="space-between" gap="8px 24px">
        <Text size="sm">{t('backups.replacedHint')}</Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="default" disabled={busy} onClick={goBack.open}>
            {t('backups.goBack')}
          </Button>
          <Button size="compact-sm" variant="subtle" color="red" disabled={busy} onClick={remove.open}>
            {t('backups.discard')}
          </Button>
        </Group>
      </Group>
      <ConfirmDialog
        opened={goingBack}
        onClose={goBack.close}
        title={t('backups.goBack')}
        text={t('backups.goBackText')}
        send={async (_, options) => onBegun(await engine.backups.revert({}, options))}
        refresh={queries.backups.list.key()}
        action={t('backups.goBack')}
        dangerous
      />
      <ConfirmDialog
        opened={removing}
        onClose={remove.close}
        title={title}
        text={t('backups.discardText')}
        send={(_, options) => engine.backups.discard({}, options)}
        refresh={queries.backups.list.key()}
        action={t('backups.discard')}
        dangerous
      />
    </Alert>
  );
}
