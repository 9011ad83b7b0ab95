import { Alert, Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconInfoCircle, IconMapOff, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { tasksOf } from '../../../shared/model/label-counts.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Found } from '../../components/found.tsx';
import { CancelImport, FileProgress } from '../../components/import-progress.tsx';
import { LinkButton, ProjectLink } from '../../components/links.tsx';
import { Tag } from '../../components/note.ts';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { DatasetStatus } from '../../components/status-badge.tsx';
import { TrainingRisks } from '../../components/training-risks.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { ExportMenu } from './export-menu.tsx';
import { ImageGrid } from './image-grid.tsx';
import { Overview } from './overview.tsx';
import type { ShownDataset } from './shown-types.ts';
import { ValidationReport } from './validation-report.tsx';
import { VerifyPanel, VersionTable } from './versions.tsx';

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

function Subtitle({ dataset }: { readonly dataset: ShownDataset }) {
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

function DatasetBody({ dataset }: { readonly dataset: ShownDataset }) {
  const { t } = useText();
  const navigate = useNavigate({ from: '/datasets/$datasetId' });
  const { version } = useSearch({ from: '/datasets/$datasetId' });
  const current = dataset.versions.find((one) => one.version === (version ?? dataset.version));
  const [chosenClass, setClass] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  // What is pressed stands above: without this nothing would seem to happen.
  const showClass = (name: string) => {
    setClass(name);
    grid.current?.scrollIntoView({ block: 'nearest' });
  };
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
      {current && tasksOf(current.labels).length === 0 && (
        <Alert
          id={notTrainedId}
          color="gray"
          icon={<IconInfoCircle aria-hidden />}
          title={t('labels.notTrained')}
        >
          {t('labels.notTrainedHint')}
        </Alert>
      )}
      {current && <TrainingRisks risks={current.trainingRisks} />}
      {current && <Overview dataset={dataset} version={current} onClass={showClass} />}
      {current && (
        <div ref={grid}>
          <ImageGrid
            key={current.version}
            dataset={dataset.id}
            version={current}
            chosen={chosenClass}
            onChoose={setClass}
          />
        </div>
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

/** Says why there is no training on it. */
const notTrainedId = 'not-trained';

function Actions({ dataset }: { readonly dataset: ShownDataset }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [removing, removal] = useDisclosure(false);
  const { version } = useSearch({ from: '/datasets/$datasetId' });
  const shown = dataset.versions.find((one) => one.version === (version ?? dataset.version));
  const isTrained = !shown || tasksOf(shown.labels).length > 0;
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
      <ExportMenu
        dataset={dataset.id}
        version={dataset.versions.find((one) => one.version === (version ?? dataset.version))}
      />
      <LinkButton
        to="/runs/new"
        search={{ dataset: dataset.id, ...(version !== undefined && { version }) }}
        disabled={dataset.version === null || !isTrained}
        {...(!isTrained && { 'aria-describedby': notTrainedId, title: t('labels.notTrained') })}
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
