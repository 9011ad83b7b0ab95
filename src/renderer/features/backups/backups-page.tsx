import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconArchive, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { BackupOperation, ListedBackup } from '../../../shared/contract/backups.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { SeverityIcon } from '../../components/severity-icon.tsx';
import { useStoresAway } from '../../components/stack/stack.ts';
import { StoresAway } from '../../components/stack/stores-away.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import classes from './backups.module.css';
import { DestinationsSection } from './destinations-section.tsx';
import { EncryptionSection } from './encryption-section.tsx';
import { MakeDialog } from './make-dialog.tsx';
import { Making } from './making.tsx';
import { Replaced } from './replaced.tsx';
import { ScheduleSection } from './schedule-section.tsx';
import { SnapshotRow } from './snapshot-row.tsx';
import { useOperation } from './use-operation.ts';

/** The command line verifies and people remove folders without the engine: nothing notifies the page of that. */
const watchedMs = 30_000;

/** What could be restored, and the way to make more of it. */
export function BackupsPage() {
  const { t } = useText();
  const [asked, ask] = useDisclosure(false);
  const [begun, setBegun] = useState<BackupOperation | null>(null);
  const away = useStoresAway();
  const list = useQuery(
    queries.backups.list.queryOptions({ refetchInterval: watchedMs, refetchIntervalInBackground: false }),
  );
  const { data, error } = list;
  const followed = useOperation(data?.operation, begun);
  const busy = followed.operation?.status === 'running';
  const isEmpty = data?.snapshots.length === 0;
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} disabled={!data || busy} onClick={ask.open}>
      {t('backups.make')}
    </Button>
  );
  return (
    <Page title={t('nav.backups')} subtitle={t('backups.subtitle')} actions={isEmpty ? undefined : make}>
      <Stack gap="lg">
        {error && <ProblemAlert error={error} onRetry={() => void list.refetch()} />}
        {!data && !error && (away ? <StoresAway reason={away} /> : <Skeleton height={260} radius="md" />)}
        {data && <Newest snapshots={data.snapshots} />}
        {data?.replaced && <Replaced replaced={data.replaced} busy={busy} onBegun={setBegun} />}
        <Making followed={followed} onMake={ask.open} />
        {data && <ScheduleSection />}
        {data && <DestinationsSection />}
        {data && <EncryptionSection />}
        {isEmpty && (
          <EmptyState
            icon={IconArchive}
            title={t('backups.none')}
            hint={t('backups.noneHint')}
            action={make}
          />
        )}
        {data && !isEmpty && (
          <Section title={t('backups.list')}>
            <ul className="surface divided plain-list" style={{ overflow: 'hidden' }}>
              {data.snapshots.map((listed) => (
                <SnapshotRow key={listed.id} listed={listed} busy={busy} onBegun={setBegun} />
              ))}
            </ul>
          </Section>
        )}
      </Stack>
      <MakeDialog opened={asked} onClose={ask.close} onBegun={setBegun} />
    </Page>
  );
}

/** How old the newest snapshot is that can be restored; one that cannot be used counts for nothing. */
function Newest({ snapshots }: { readonly snapshots: readonly ListedBackup[] }) {
  const { t } = useText();
  const newest = snapshots.find(({ snapshot }) => snapshot !== null)?.snapshot;
  if (!newest)
    return (
      <Alert color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />} title={t('backups.noneGood')}>
        {t('backups.noneGoodHint')}
      </Alert>
    );
  const { at, verifiedAt } = newest;
  const proven =
    snapshots
      .flatMap(({ snapshot }) => snapshot?.provenAt ?? [])
      .sort()
      .at(-1) ?? null;
  return (
    <Group className="surface panel" gap="12px 40px">
      <Fact isWell name={t('backups.newest')}>
        <TimeText time={at} />
      </Fact>
      <Fact isWell={verifiedAt !== null} name={t('backups.lastVerified')}>
        {verifiedAt === null ? t('backups.never') : <TimeText time={verifiedAt} />}
      </Fact>
      <Fact isWell={proven !== null} name={t('backups.lastProven')}>
        {proven === null ? t('backups.never') : <TimeText time={proven} />}
      </Fact>
    </Group>
  );
}

interface FactProps {
  readonly isWell: boolean;
  readonly name: string;
  readonly children: ReactNode;
}

function Fact({ isWell, name, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <SeverityIcon severity={isWell ? 'ok' : 'warning'} />
      <div>
        <Text size="xs" c="dimmed">
          {name}
        </Text>
        <Text component="div" fw={600} className="tabular">
          {children}
        </Text>
      </div>
    </div>
  );
}
