import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconLockOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupEncryptionView } from '../../../shared/contract/backup-encryption.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { ProveDialog, SetUpDialog, ShownDialog } from './encryption-dialogs.tsx';

type Step = 'set-up' | 'prove' | 'off' | null;

/** Whether snapshots are encrypted, and the way to set that up: a key that is shown, saved by the person and given back. */
export function EncryptionSection() {
  const { t } = useText();
  const [step, setStep] = useState<Step>(null);
  const [identity, setIdentity] = useState<string | null>(null);
  const { data, error, refetch } = useQuery(queries.backups.encryption.queryOptions());
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const { active, pending } = data;
  const close = () => setStep(null);
  const saved = () => {
    setIdentity(null);
    setStep('prove');
  };
  return (
    <Section title={t('backupEncryption.title')}>
      <Stack gap="sm">
        {pending && (
          <Alert
            color="yellow"
            icon={<IconAlertTriangle size={18} aria-hidden />}
            title={t('backupEncryption.pending')}
          >
            <Stack gap={8} align="flex-start">
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {t('backupEncryption.pendingHint', { recipient: pending.recipient })}
              </Text>
              <Button size="compact-sm" variant="default" onClick={() => setStep('prove')}>
                {t('backupEncryption.prove')}
              </Button>
            </Stack>
          </Alert>
        )}
        <div className="surface panel">
          <State active={active} />
          <Group gap="8px 12px" mt={10}>
            <Button size="compact-sm" variant="default" onClick={() => setStep('set-up')}>
              {t(active ? 'backupEncryption.setUpAgain' : 'backupEncryption.setUp')}
            </Button>
            {active && (
              <Button size="compact-sm" variant="default" onClick={() => setStep('off')}>
                {t('backupEncryption.turnOff')}
              </Button>
            )}
          </Group>
        </div>
      </Stack>
      <SetUpDialog
        opened={step === 'set-up'}
        onClose={close}
        onDone={(made) => (made === null ? setStep('prove') : setIdentity(made))}
      />
      <ShownDialog identity={identity} recipient={pending?.recipient ?? ''} onSaved={saved} />
      {pending && <ProveDialog opened={step === 'prove'} onClose={close} pending={pending} />}
      <ConfirmDialog
        opened={step === 'off'}
        onClose={close}
        title={t('backupEncryption.turnOffTitle')}
        text={t('backupEncryption.turnOffText')}
        action={t('backupEncryption.turnOffAction')}
        send={(_, options) => engine.backups.turnOffEncryption({}, options)}
        refresh={queries.backups.encryption.key()}
        dangerous
      />
    </Section>
  );
}

function State({ active }: Pick<BackupEncryptionView, 'active'>) {
  const { t } = useText();
  const Icon = active ? IconLock : IconLockOpen;
  return (
    <Stack gap={6}>
      <Group gap={8}>
        <Icon size={16} aria-hidden />
        <Text size="sm" fw={600}>
          {t(active ? 'backupEncryption.on' : 'backupEncryption.off')}
        </Text>
      </Group>
      {active ? (
        <Facts
          facts={[
            [t('backupEncryption.to'), active.recipient],
            [
              t('backupEncryption.key'),
              t(active.hasPassphrase ? 'backupEncryption.keyInside' : 'backupEncryption.keyElsewhere'),
            ],
            [t('backupEncryption.since'), <TimeText key="since" time={active.since} />],
          ]}
        />
      ) : (
        <Note>{t('backupEncryption.offHint')}</Note>
      )}
    </Stack>
  );
}
