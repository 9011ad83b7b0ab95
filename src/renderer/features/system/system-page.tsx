import { Alert, Badge, Button, Code, Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { IconApi, IconCircleCheck, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../shared/contract/system.ts';
import { CopyAction } from '../../components/copy-action.tsx';
import { Facts } from '../../components/facts.tsx';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { queries } from '../../rpc/client.ts';

const colors = { ok: 'green', warning: 'yellow', error: 'red' } as const;

/** What the engine is and whether all is well with it. */
export function SystemPage() {
  const { t } = useTranslation();
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
        <Doctor />
        <EngineFacts />
      </Stack>
    </Page>
  );
}

function Doctor() {
  const { t, i18n } = useTranslation();
  const language = i18n.language === 'ko' ? 'ko' : 'en';
  const doctor = useQuery(queries.system.doctor.queryOptions({ input: { language }, staleTime: 30_000 }));
  return (
    <section aria-labelledby="doctor">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size={16} id="doctor">
            {t('system.doctor')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('system.doctorHint')}
          </Text>
        </div>
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={doctor.isFetching}
          onClick={() => void doctor.refetch()}
        >
          {t('system.checkAgain')}
        </Button>
      </Group>
      {doctor.error && <ProblemAlert error={doctor.error} onRetry={() => void doctor.refetch()} />}
      {doctor.isPending && <Skeleton height={180} radius="md" />}
      {doctor.data?.ok && (
        <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={t('system.allWell')} mb="sm" />
      )}
      {doctor.data && (
        <div className="surface" style={{ overflowX: 'auto' }}>
          <Table fz="sm" miw={720} verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={100}>{t('runs.status')}</Table.Th>
                <Table.Th>{t('system.finding')}</Table.Th>
                <Table.Th>{t('system.evidence')}</Table.Th>
                <Table.Th>{t('system.mend')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {doctor.data.findings.map((finding) => (
                <FindingRow key={`${finding.code} ${finding.evidence}`} finding={finding} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  );
}

function FindingRow({ finding }: { readonly finding: Finding }) {
  const { t } = useTranslation();
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <Badge variant="light" color={colors[finding.severity]} size="sm" tt="none">
          {t(`system.severity.${finding.severity}`)}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{finding.cause}</Text>
        <Code fz={11}>{finding.code}</Code>
      </Table.Td>
      <Table.Td>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {finding.evidence}
        </Text>
      </Table.Td>
      <Table.Td>
        {finding.mend !== '' && (
          <Group gap={4} wrap="nowrap" align="flex-start">
            <Text size="sm" style={{ flex: 1 }}>
              {finding.mend}
            </Text>
            <CopyAction text={finding.mend} />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function EngineFacts() {
  const { t } = useTranslation();
  const format = useFormat();
  const info = useQuery(queries.system.info.queryOptions());
  if (info.error) return <ProblemAlert error={info.error} onRetry={() => void info.refetch()} />;
  if (!info.data) return <Skeleton height={320} radius="md" />;
  const { data } = info;
  const mono = (text: string) => <span className="mono">{text}</span>;
  return (
    <section aria-labelledby="engine">
      <Title order={2} size={16} mb="sm" id="engine">
        {t('system.engine')}
      </Title>
      <div className="surface" style={{ padding: '10px 18px' }}>
        <Facts
          facts={[
            [t('system.version'), data.version],
            [t('system.profile'), data.profile],
            [t('system.home'), mono(data.home)],
            [t('system.process'), mono(String(data.pid))],
            [t('system.started'), <TimeText key="time" time={data.startedAt} />],
            [t('system.platform'), `${data.platform} · Node ${data.node}`],
            [
              t('system.machine'),
              `${t('system.cpus', { count: data.cpuCount })} · ${format.bytes(data.memoryBytes)}`,
            ],
            [t('system.database'), `PostgreSQL ${data.database.version} (${data.database.how})`],
            [t('system.schema'), mono(`${data.database.revision ?? '–'} / ${data.database.head}`)],
            [t('system.databaseState'), data.database.message],
            [t('system.executors'), data.executors.join(', ')],
          ]}
        />
      </div>
    </section>
  );
}
