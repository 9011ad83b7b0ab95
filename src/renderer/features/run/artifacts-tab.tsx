import { Button, Skeleton, Stack, Table, Title, Tooltip } from '@mantine/core';
import { IconDownload, IconPackage } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useFileUrl } from '../../rpc/file-key.ts';
import { confusionSchema, perClassSchema, predictionsSchema } from './artifact-formats.ts';
import { ConfusionMatrix } from './confusion-matrix.tsx';
import { PerClassTable } from './per-class-table.tsx';
import { PredictionGrid } from './prediction-grid.tsx';
import { useArtifact } from './use-artifact.ts';

/** What a run leaves behind: how good it is class by class, where it errs, and files to take. */
export function ArtifactsTab({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const perClass = useArtifact(run, 'per_class', perClassSchema);
  const confusion = useArtifact(run, 'confusion_matrix', confusionSchema);
  const predictions = useArtifact(run, 'predictions', predictionsSchema);
  if (run.artifacts.length === 0) {
    return (
      <EmptyState
        icon={IconPackage}
        title={t('artifacts.none')}
        hint={isEnded(run.status) ? t('artifacts.noneEnded') : t('artifacts.noneYet')}
      />
    );
  }
  return (
    <Stack gap="xl">
      <Shown query={perClass} title={t('artifacts.perClass')}>
        {(data) => <PerClassTable data={data} />}
      </Shown>
      <Shown query={confusion} title={t('artifacts.confusion')}>
        {(data) => <ConfusionMatrix data={data} />}
      </Shown>
      <Shown query={predictions} title={t('artifacts.predictions')}>
        {(data) => <PredictionGrid data={data} dataset={run.dataset} />}
      </Shown>
      <Files run={run} />
    </Stack>
  );
}

function Shown<T>({
  query,
  title,
  children,
}: {
  readonly query: UseQueryResult<T | null>;
  readonly title: string;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data === null) return null;
  return (
    <section aria-label={title}>
      <Title order={2} size={16} mb="sm">
        {title}
      </Title>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={200} radius="md" />}
      {query.data !== undefined && children(query.data)}
    </section>
  );
}

function Files({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const fileUrl = useFileUrl();
  const format = useFormat();
  return (
    <section aria-labelledby="files">
      <Title order={2} size={16} mb="sm" id="files">
        {t('artifacts.files')}
      </Title>
      <div className="surface" style={{ overflowX: 'auto' }}>
        <Table fz="sm" miw={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('artifacts.name')}</Table.Th>
              <Table.Th>{t('artifacts.kind')}</Table.Th>
              <Table.Th ta="right">{t('history.attempt')}</Table.Th>
              <Table.Th ta="right">{t('run.epoch')}</Table.Th>
              <Table.Th ta="right">{t('datasets.size')}</Table.Th>
              <Table.Th>SHA-256</Table.Th>
              <Table.Th>{t('runs.created')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {run.artifacts.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td className="mono">{one.path}</Table.Td>
                <Table.Td>{one.kind}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  {one.attempt}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {one.epoch ?? '–'}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {one.sizeBytes === null ? '–' : format.bytes(one.sizeBytes)}
                </Table.Td>
                <Table.Td className="mono">
                  {one.sha256 === null ? (
                    '–'
                  ) : (
                    <Tooltip label={one.sha256}>
                      <span>{one.sha256.slice(0, 10)}</span>
                    </Tooltip>
                  )}
                </Table.Td>
                <Table.Td>
                  <TimeText time={one.createdAt} />
                </Table.Td>
                <Table.Td ta="right">
                  <Button
                    component="a"
                    href={fileUrl(one.url)}
                    download
                    size="compact-xs"
                    variant="default"
                    leftSection={<IconDownload size={14} aria-hidden />}
                    aria-label={t('artifacts.downloadOne', { name: one.path })}
                  >
                    {t('artifacts.download')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
