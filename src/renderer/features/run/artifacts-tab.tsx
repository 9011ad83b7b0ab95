import { Button, Skeleton, Stack } from '@mantine/core';
import { IconDownload, IconPackage } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { code, DataTable, number, ShortHash } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { useFileUrl } from '../../rpc/files.ts';
import { confusionSchema, perClassSchema, predictionsSchema, useArtifact } from './artifact.ts';
import { ConfusionMatrix } from './confusion-matrix.tsx';
import { PerClassTable } from './per-class-table.tsx';
import { PredictionGrid } from './prediction-grid.tsx';

/** What a run leaves behind: how good it is class by class, where it errs, and files to take. */
export function ArtifactsTab({ run }: { readonly run: Run }) {
  const { t } = useText();
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
      <Shown run={run} kind="per_class" schema={perClassSchema} title={t('artifacts.perClass')}>
        {(data) => <PerClassTable data={data} />}
      </Shown>
      <Shown run={run} kind="confusion_matrix" schema={confusionSchema} title={t('artifacts.confusion')}>
        {(data) => <ConfusionMatrix data={data} />}
      </Shown>
      <Shown run={run} kind="predictions" schema={predictionsSchema} title={t('artifacts.predictions')}>
        {(data) => <PredictionGrid data={data} dataset={run.dataset} />}
      </Shown>
      <Files run={run} />
    </Stack>
  );
}

interface ShownProps<T> {
  readonly run: Run;
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  readonly title: string;
  readonly children: (data: T) => ReactNode;
}

function Shown<T>({ run, kind, schema, title, children }: ShownProps<T>) {
  const { data, error, isPending, refetch } = useArtifact(run, kind, schema);
  if (data === null) return null;
  return (
    <Section title={title}>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton height={200} radius="md" />}
      {data !== undefined && children(data)}
    </Section>
  );
}

function Files({ run }: { readonly run: Run }) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  return (
    <Section title={t('artifacts.files')}>
      <DataTable
        minWidth={320}
        rows={run.artifacts}
        rowKey={({ id }) => id}
        columns={[
          [
            t('artifacts.name'),
            ({ path, kind, attempt, epoch }) => (
              <div style={{ overflowWrap: 'anywhere' }}>
                <span className="mono">{path}</span>
                <Note size="xs">
                  {[
                    kind,
                    t('run.attempt', { number: attempt }),
                    epoch === null ? null : `${t('charts.epoch')} ${epoch}`,
                  ]
                    .filter((fact) => fact !== null)
                    .join(' · ')}
                </Note>
              </div>
            ),
          ],
          [
            t('datasets.size'),
            ({ sizeBytes }) => (sizeBytes === null ? '–' : format.bytes(sizeBytes)),
            number,
          ],
          [
            'SHA-256',
            ({ sha256 }) => (sha256 === null ? '–' : <ShortHash hash={sha256} length={10} />),
            { ...code, visibleFrom: 'sm' },
          ],
          [
            t('runs.created'),
            ({ createdAt }) => <TimeText time={createdAt} />,
            { className: 'tabular', visibleFrom: 'sm' },
          ],
          [
            '',
            ({ url, path }) => (
              <Button
                component="a"
                href={fileUrl(url)}
                download
                size="compact-xs"
                variant="default"
                leftSection={<IconDownload size={14} aria-hidden />}
                aria-label={t('artifacts.downloadOne', { name: path })}
              >
                {t('common.download')}
              </Button>
            ),
            { ta: 'right' },
          ],
        ]}
      />
    </Section>
  );
}
