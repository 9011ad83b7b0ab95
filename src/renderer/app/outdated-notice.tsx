import { Alert, Button, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { outdated } from '../late/outdated.ts';

/** Says that the engine was updated under this page, and lets a person reload it when what was typed is no longer needed. */
export function OutdatedNotice() {
  const { t } = useTranslation();
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
