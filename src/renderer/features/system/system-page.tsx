import { Button, Skeleton, Stack } from '@mantine/core';
import { IconApi } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../../components/facts.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useStoresAway } from '../../components/stack/stack.ts';
import { StoresAway } from '../../components/stack/stores-away.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { DatabaseSection } from './database-section.tsx';
import { MetricMonthsSection } from './metric-months-section.tsx';
import { SettingsSection } from './settings-section.tsx';

/** What the engine is. */
export function SystemPage() {
  const { t } = useText();
  const away = useStoresAway();
  return (
    <Page
      title={t('nav.system')}
      subtitle={t('system.subtitle')}
      actions={
        <Button
          component="a"
          href="/api/v1/openapi.json"
          target="_blank"
          variant="default"
          leftSection={<IconApi size={17} aria-hidden />}
        >
          {t('system.openapi')}
        </Button>
      }
    >
      <Stack gap="xl">
        <EngineFacts />
        {away === null && <DatabaseSection />}
        {away === null && <MetricMonthsSection />}
        <SettingsSection />
      </Stack>
    </Page>
  );
}

function EngineFacts() {
  const { t, format } = useText();
  const away = useStoresAway();
  const info = useQuery(queries.system.info.queryOptions());
  if (info.error) return <ProblemAlert error={info.error} onRetry={() => void info.refetch()} />;
  if (!info.data) return away ? <StoresAway reason={away} /> : <Skeleton height={320} radius="md" />;
  const { data } = info;
  return (
    <Section title={t('system.engine')}>
      <div className="surface" style={{ padding: '10px 18px' }}>
        <Facts
          facts={[
            [t('datasets.version'), data.version],
            [t('system.profile'), t(`stack.profiles.${data.profile}`)],
            [t('system.home'), data.home, 'mono'],
            [t('history.process'), data.pid, 'mono'],
            [t('system.started'), <TimeText key="time" time={data.startedAt} />],
            [t('system.platform'), `${data.platform} · Node ${data.node}`],
            [
              t('system.machine'),
              `${t('system.cpus', { count: data.cpuCount })} · ${format.bytes(data.memoryBytes)}`,
            ],
            [t('system.database'), `PostgreSQL ${data.database.version}`],
            [t('system.schema'), `${data.database.revision ?? '–'} / ${data.database.head}`, 'mono'],
            [t('system.databaseState'), t(`system.origin.${data.database.how}`)],
            [t('system.executors'), data.executors.join(', ')],
          ]}
        />
      </div>
    </Section>
  );
}
