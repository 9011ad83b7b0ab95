import { Alert, Button, Group, Text } from '@mantine/core';
import { IconDatabaseOff, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { useText } from '../i18n/use-text.ts';
import { outdated } from '../late/outdated.ts';
import { queries } from '../rpc/client.ts';

/** Notifications show changes at once; this corrects the numbers if one was missed. */
const againMs = 30_000;

/** Above every page: how much room is left where little or none is, and what to do. */
export function DiskBanner() {
  const { t, format } = useText();
  const [isHidden, setHidden] = useState(false);
  const { data } = useQuery(queries.system.disk.queryOptions({ refetchInterval: againMs }));
  const [fullest] = data?.disks ?? [];
  if (!data || !fullest || data.level === 'ok' || (data.level === 'low' && isHidden)) return null;
  const isFull = data.level === 'full';
  const kind = isFull && fullest.level !== 'full' ? 'refused' : data.level;
  const text = { full: 'disk.fullText', refused: 'disk.refusedText', low: 'disk.lowText' } as const;
  const room = t('disk.room', {
    free: format.bytes(fullest.freeBytes),
    total: format.bytes(fullest.totalBytes),
    path: fullest.path,
  });
  return (
    <Alert
      px={28}
      style={{ borderBottom: '1px solid var(--line)' }}
      color={isFull ? 'red' : 'yellow'}
      variant="light"
      radius={0}
      role={isFull ? 'alert' : 'status'}
      icon={<IconDatabaseOff aria-hidden size={18} />}
      title={t(`disk.${kind}`)}
      withCloseButton={!isFull}
      closeButtonLabel={t('disk.hide')}
      onClose={() => setHidden(true)}
    >
      <Text size="sm">
        {room} {t(text[kind])}
      </Text>
    </Alert>
  );
}

/** Says that the engine was updated under this page, and lets a person reload it when what was typed is no longer needed. */
export function OutdatedNotice() {
  const { t } = useText();
  const isOutdated = useSyncExternalStore(outdated.subscribe, outdated.snapshot);
  if (!isOutdated) return null;
  return (
    <Alert
      role="status"
      color="yellow"
      radius={0}
      icon={<IconRefresh size={18} aria-hidden />}
      title={t('outdated.title')}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">{t('outdated.hint')}</Text>
        <Button size="compact-sm" variant="default" onClick={() => window.location.reload()}>
          {t('outdated.reload')}
        </Button>
      </Group>
    </Alert>
  );
}
