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
import { lateSection } from '../../late/late-part.tsx';
import { useFileUrl } from '../../rpc/files.ts';
import { useArtifact } from './artifact.ts';
import { confusionSchema } from './confusion.ts';
import { ConfusionMatrix } from './confusion-matrix.tsx';
import { perClassSchema } from './per-class.ts';
import { PerClassTable } from './per-class-table.tsx';
import { curvesSchema } from './pr-curves.ts';
import { PrCurves } from './pr-curves.tsx';
import { PredictionGrid } from './prediction-grid.tsx';
import { type Predictions, predictionsSchema } from './prediction-samples.ts';

const ObjectPredictions = lateSection(
  async () => (await import('./viewer/object-predictions.tsx')).ObjectPredictions,
);

type Artifact = Run['artifacts'][number];

const isOfKind = (kind: string) => (artifact: Artifact) => artifact.kind === kind;
/** It has no kind of its own. */
const isCurves = ({ name }: Artifact) => name === 'pr_curves.json';

/** What a run leaves behind: how good it is class by class, where it errs, and files to take. */
export function ArtifactsTab({ run }: { readonly run: Run }) {
  const { t } = useText();
  if (run.artifacts.length === 0) {
    const [yet, ended] =
      run.script === null
        ? (['artifacts.noneYet', 'artifacts.noneEnded'] as const)
        : (['artifacts.noneYetOfScript', 'artifacts.noneOfScript'] as const);
    return (
      <EmptyState
        icon={IconPackage}
        title={t('artifacts.none')}
        hint={t(isEnded(run.status) ? ended : yet)}
      />
    );
  }
  return (
    <Stack gap="xl">
      <Shown
        run={run}
        isMeant={isOfKind('per_class')}
        schema={perClassSchema}
        title={t('artifacts.perClass')}
      >
        {(data) => <PerClassTable data={data} />}
      </Shown>
      <Shown
        run={run}
        isMeant={isOfKind('confusion_matrix')}
        schema={confusionSchema}
        title={t('artifacts.confusion')}
      >
        {(data) => <ConfusionMatrix data={data} />}
      </Shown>
      <Shown run={run} isMeant={isCurves} schema={curvesSchema} title={t('prCurves.section')}>
        {(data) => <PrCurves data={data} />}
      </Shown>
      <Shown
        run={run}
        isMeant={isOfKind('predictions')}
        schema={predictionsSchema}
        title={t('artifacts.predictions')}
      >
        {(data) => <Samples run={run} data={data} />}
      </Shown>
      <Files run={run} />
    </Stack>
  );
}

/** Images with what the model made of them, as the task has them. */
function Samples({ run, data }: { readonly run: Run; readonly data: Predictions }) {
  const { t, format } = useText();
  const { ofClasses, ofObjects, damaged, images } = data;
  return (
    <>
      {ofObjects.length > 0 && (
        <div className="surface panel">
          <Note mb="sm">
            {t('predictions.hint', {
              split: data.split,
              shown: format.number(ofObjects.length),
              images: format.number(images),
            })}
          </Note>
          <ObjectPredictions run={run} samples={ofObjects} />
        </div>
      )}
      {(ofClasses.length > 0 || ofObjects.length === 0) && (
        <PredictionGrid head={data} samples={ofClasses} dataset={run.dataset} />
      )}
      {damaged > 0 && <Note mt="xs">{t('predictions.damaged', { count: damaged })}</Note>}
    </>
  );
}

interface ShownProps<T> {
  readonly run: Run;
  readonly isMeant: (artifact: Artifact) => boolean;
  readonly schema: z.ZodType<T>;
  readonly title: string;
  readonly children: (data: T) => ReactNode;
}

function Shown<T>({ run, isMeant, schema, title, children }: ShownProps<T>) {
  const { data, error, isPending, refetch } = useArtifact(run, isMeant, schema);
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
