import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconMapOff, IconPlus, IconShieldCheck, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { Bars } from '../../components/bars.tsx';
import { code, DataTable, number, ShortHash } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { Found } from '../../components/found.tsx';
import { CancelImport, FileProgress } from '../../components/import-progress.tsx';
import { LinkButton, ProjectLink } from '../../components/links.tsx';
import { Note, Tag } from '../../components/note.ts';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { DatasetStatus } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { ProblemsTable, TrainingRisks, ValidationReport } from '../../components/validation-report.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { type EngineClient, engine, queries } from '../../rpc/client.ts';
import { ImageGrid } from './image-grid.tsx';

type Shown = Awaited<ReturnType<EngineClient['datasets']['show']>>;

/** One dataset: what is in it, its images, its versions. */
export function DatasetPage() {
  const { datasetId } = useParams({ from: '/datasets/$datasetId' });
  const query = useQuery(queries.datasets.show.queryOptions({ input: { dataset: datasetId } }));
  return (
    <Found noun="dataset" name={datasetId} query={query}>
      {(dataset) => (
        <Page
          title={dataset.name}
          under="datasets"
          badge={<DatasetStatus status={dataset.status} />}
          subtitle={<Subtitle dataset={dataset} />}
          actions={<Actions dataset={dataset} />}
        >
          <DatasetBody dataset={dataset} />
        </Page>
      )}
    </Found>
  );
}

function Subtitle({ dataset }: { readonly dataset: Shown }) {
  const { version = dataset.version } = useSearch({ from: '/datasets/$datasetId' });
  return (
    <Group gap={6}>
      {version !== null && <Tag>v{version}</Tag>}
      {dataset.projects.map((project) => (
        <ProjectLink key={project.id} project={project} />
      ))}
      {dataset.description && <span>· {dataset.description}</span>}
    </Group>
  );
}

function DatasetBody({ dataset }: { readonly dataset: Shown }) {
  const { t, format } = useText();
  const navigate = useNavigate({ from: '/datasets/$datasetId' });
  const { version } = useSearch({ from: '/datasets/$datasetId' });
  const current = dataset.versions.find((one) => one.version === (version ?? dataset.version));
  const failure = dataset.import?.phase === 'failed' ? dataset.import.error : null;
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
      {dataset.import && !isOver(dataset.import.phase) && (
        <section className="surface panel" role="status">
          <FileProgress progress={dataset.import} />
          <Group justify="flex-end" mt="sm">
            <CancelImport importId={dataset.import.id} phase={dataset.import.phase} />
          </Group>
        </section>
      )}
      {failure && <ProblemAlert error={TrainyardError.from(failure)} />}
      {current && <TrainingRisks risks={current.trainingRisks} />}
      {current && (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <Section panel title={t('datasets.overview')}>
            <Facts
              facts={[
                [t('datasets.imageCount'), format.number(current.images)],
                [t('datasets.classCount'), format.number(current.classes.length)],
                [t('datasets.size'), format.bytes(current.sizeBytes)],
                [t('datasets.format'), dataset.format],
                [t('datasets.kept'), dataset.mode ? t(`datasets.modes.${dataset.mode}`) : '–'],
                [t('datasets.storage'), current.rootPath ?? dataset.storagePath, 'mono'],
                [t('datasets.updated'), <TimeText key="time" time={dataset.updatedAt} />],
              ]}
            />
          </Section>
          <Section panel title={t('datasets.perClass')}>
            <div style={{ maxHeight: 264, overflowY: 'auto' }}>
              <Bars label={t('datasets.perClass')} bars={current.classes} />
            </div>
          </Section>
        </SimpleGrid>
      )}
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
        <Section title={t('validation.title')}>
          <ValidationReport validation={dataset.validation} />
        </Section>
      )}
      {current && <VerifyPanel dataset={dataset.id} version={current.version} />}
    </Stack>
  );
}

function Actions({ dataset }: { readonly dataset: Shown }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [removing, removal] = useDisclosure(false);
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
        onClose={removal.close}
        title={t('common.deleteTitle', { name: dataset.name })}
        text={t('datasets.removeText')}
        send={(_nothing, options) => engine.datasets.remove({ dataset: dataset.id }, options)}
        onDone={() => navigate({ to: '/datasets', search: {} })}
        refresh={queries.datasets.list.key()}
        action={t('common.delete')}
        dangerous
      />
    </>
  );
}

/** Compares a version's files with its manifest and says what changed. */
function VerifyPanel({ dataset, version }: { readonly dataset: string; readonly version: number }) {
  const { t } = useText();
  const verify = useMutation({ mutationFn: () => engine.datasets.verify({ dataset, version }) });
  const { data, error } = verify;
  return (
    <Section title={t('verify.title')} mb={0}>
      <Group justify="space-between" mb="sm">
        <Note>{t('verify.hint')}</Note>
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={16} aria-hidden />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t('verify.run')}
        </Button>
      </Group>
      <Stack gap="sm" role="status">
        {error && <ProblemAlert error={error} onRetry={() => verify.mutate()} />}
        {data?.ok && (
          <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={t('verify.ok', { version })} />
        )}
        {data && !data.ok && <ProblemsTable errors={data.problems} warnings={[]} />}
      </Stack>
    </Section>
  );
}

interface VersionTableProps {
  readonly versions: Shown['versions'];
  readonly shown: number | null;
  readonly onShow: (version: number) => void;
}

/** A dataset's versions: none ever changes. */
function VersionTable({ versions, shown, onShow }: VersionTableProps) {
  const { t, format } = useText();
  if (versions.length === 0) return null;
  return (
    <Section title={t('datasets.versions')}>
      <DataTable
        minWidth={640}
        rows={versions}
        rowKey={({ version }) => version}
        columns={[
          [
            t('datasets.version'),
            ({ version, correctedSizes }) => (
              <>
                <Text size="sm" fw={600}>
                  v{version}
                </Text>
                {correctedSizes !== null && correctedSizes > 0 && (
                  <Note size="xs">{t('datasets.correctedSizes', { count: correctedSizes })}</Note>
                )}
              </>
            ),
          ],
          [t('datasets.imageCount'), ({ images }) => format.number(images), number],
          [t('datasets.size'), ({ sizeBytes }) => format.bytes(sizeBytes), number],
          [t('datasets.kept'), ({ mode }) => t(`datasets.modes.${mode}`)],
          [t('datasets.hash'), ({ manifestSha256 }) => <ShortHash hash={manifestSha256} length={12} />, code],
          [t('runs.created'), ({ createdAt }) => <TimeText time={createdAt} />],
          [
            '',
            ({ version }) => (
              <Button
                size="compact-xs"
                variant="default"
                disabled={version === shown}
                onClick={() => onShow(version)}
              >
                {t(version === shown ? 'datasets.shown' : 'datasets.show')}
              </Button>
            ),
            { ta: 'right' },
          ],
        ]}
      />
    </Section>
  );
}
