import { Badge, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMapOff, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isOver } from '../../../shared/contract/file-progress.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { Bars } from '../../components/bars.tsx';
import { CancelImport } from '../../components/cancel-import.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DatasetStatus } from '../../components/dataset-status.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { FileProgress } from '../../components/file-progress.tsx';
import { GonePage } from '../../components/gone.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { TrainingRisks } from '../../components/training-risks.tsx';
import { useWrite } from '../../components/use-write.ts';
import { ValidationReport } from '../../components/validation-report.tsx';
import { useFormat } from '../../format/use-format.ts';
import { type EngineClient, engine, queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';
import { ImageGrid } from './image-grid.tsx';
import { VerifyPanel } from './verify-panel.tsx';
import { VersionTable } from './version-table.tsx';

type Shown = Awaited<ReturnType<EngineClient['datasets']['show']>>;

/** One dataset: what is in it, its images, its versions. */
export function DatasetPage() {
  const { t } = useTranslation();
  const { datasetId } = useParams({ from: '/datasets/$datasetId' });
  const shown = useQuery(queries.datasets.show.queryOptions({ input: { dataset: datasetId } }));
  const crumbs = [{ label: t('nav.datasets'), to: '/datasets' }];
  if (shown.isPending) return <PageSkeleton />;
  if (shown.error && namesNothing(shown.error)) return <GonePage noun="dataset" name={datasetId} />;
  if (shown.error) {
    return (
      <Page title={t('datasets.one')} crumbs={crumbs}>
        <ProblemAlert error={shown.error} onRetry={() => void shown.refetch()} />
      </Page>
    );
  }
  const dataset = shown.data;
  return (
    <Page
      title={dataset.name}
      crumbs={crumbs}
      badge={<DatasetStatus status={dataset.status} />}
      subtitle={<Subtitle dataset={dataset} />}
      actions={<Actions dataset={dataset} />}
    >
      <DatasetBody dataset={dataset} />
    </Page>
  );
}

function Subtitle({ dataset }: { readonly dataset: Shown }) {
  const { version = dataset.version } = useSearch({ from: '/datasets/$datasetId' });
  return (
    <Group gap={6}>
      {version !== null && (
        <Badge variant="default" size="sm" tt="none" fw={500}>
          v{version}
        </Badge>
      )}
      {dataset.projects.map((project) => (
        <Link
          key={project.id}
          to="/projects/$projectId"
          params={{ projectId: project.id }}
          className="plain-link"
        >
          {project.name}
        </Link>
      ))}
      {dataset.description && <span>· {dataset.description}</span>}
    </Group>
  );
}

function DatasetBody({ dataset }: { readonly dataset: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate({ from: '/datasets/$datasetId' });
  const { version } = useSearch({ from: '/datasets/$datasetId' });
  const current = dataset.versions.find((one) => one.version === (version ?? dataset.version));
  const failure = dataset.import?.phase === 'failed' ? dataset.import.error : null;
  const isImporting = dataset.import !== null && !isOver(dataset.import.phase);
  if (version !== undefined && !current) {
    return (
      <EmptyState
        icon={IconMapOff}
        title={t('gone.version', { version })}
        hint={t('gone.versionHint', {
          name: dataset.name,
          versions: dataset.versions.map((one) => `v${one.version}`).join(', ') || '–',
        })}
        action={
          <LinkButton to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
            {t('gone.newest')}
          </LinkButton>
        }
      />
    );
  }
  return (
    <Stack gap="xl">
      {dataset.import && isImporting && (
        <section className="surface" style={{ padding: '16px 18px' }} role="status">
          <FileProgress progress={dataset.import} />
          <Group justify="flex-end" mt="sm">
            <CancelImport importId={dataset.import.id} phase={dataset.import.phase} />
          </Group>
        </section>
      )}
      {failure && <ProblemAlert error={TrainyardError.from(failure)} />}
      {current && <TrainingRisks risks={current.trainingRisks} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <section className="surface" style={{ padding: '16px 18px' }} aria-labelledby="dataset-facts">
          <Title order={2} size={15} mb="sm" id="dataset-facts">
            {t('datasets.overview')}
          </Title>
          <Facts
            facts={[
              [t('datasets.imageCount'), format.number(current?.images ?? dataset.images)],
              [t('datasets.classCount'), format.number(current?.classes.length ?? dataset.classes.length)],
              [t('datasets.size'), format.bytes(current?.sizeBytes ?? dataset.sizeBytes)],
              [t('datasets.format'), dataset.format],
              [t('datasets.kept'), dataset.mode ? t(`datasets.modes.${dataset.mode}`) : '–'],
              [
                t('datasets.storage'),
                <span key="path" className="mono">
                  {current?.rootPath ?? dataset.storagePath}
                </span>,
              ],
              [t('datasets.updated'), <TimeText key="time" time={dataset.updatedAt} />],
            ]}
          />
        </section>
        <section className="surface" style={{ padding: '16px 18px' }} aria-labelledby="dataset-classes">
          <Title order={2} size={15} mb="sm" id="dataset-classes">
            {t('datasets.perClass')}
          </Title>
          <div style={{ maxHeight: 264, overflowY: 'auto' }}>
            <Bars
              label={t('datasets.perClass')}
              bars={(current?.classes ?? []).map(({ name, count }) => ({ name, value: count }))}
            />
          </div>
        </section>
      </SimpleGrid>
      {current && (
        <ImageGrid
          key={current.version}
          dataset={dataset.id}
          version={current.version}
          classes={current.classes}
        />
      )}
      <VersionTable
        versions={dataset.versions}
        shown={current?.version ?? null}
        onShow={(one) =>
          void navigate({ search: one === dataset.version ? {} : { version: one }, replace: true })
        }
      />
      {dataset.validation && (
        <section aria-labelledby="dataset-validation">
          <Title order={2} size={16} mb="sm" id="dataset-validation">
            {t('validation.title')}
          </Title>
          <ValidationReport validation={dataset.validation} />
        </section>
      )}
      {current && <VerifyPanel dataset={dataset.id} version={current.version} />}
    </Stack>
  );
}

function Actions({ dataset }: { readonly dataset: Shown }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [removing, removal] = useDisclosure(false);
  const remove = useWrite({
    send: (_nothing: undefined, options) => engine.datasets.remove({ dataset: dataset.id }, options),
    onDone: () => {
      removal.close();
      return navigate({ to: '/datasets', search: {} });
    },
    refresh: () => client.invalidateQueries({ queryKey: queries.datasets.list.key() }),
    onClose: removal.close,
  });
  const { version } = useSearch({ from: '/datasets/$datasetId' });
  return (
    <>
      <Button
        variant="default"
        color="red"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={removal.open}
      >
        {t('common.delete')}
      </Button>
      <LinkButton
        to="/runs/new"
        search={{ dataset: dataset.id, ...(version !== undefined && { version }) }}
        disabled={dataset.version === null}
        leftSection={<IconPlus size={16} aria-hidden />}
      >
        {t('runs.new')}
      </LinkButton>
      <ConfirmDialog
        opened={removing}
        title={t('datasets.removeTitle', { name: dataset.name })}
        text={<Text size="sm">{t('datasets.removeText')}</Text>}
        action={t('common.delete')}
        dangerous
        write={remove}
        onConfirm={() => remove.start(undefined)}
      />
    </>
  );
}
