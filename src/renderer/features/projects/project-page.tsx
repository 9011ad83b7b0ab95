import { Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDatabase, IconDatabaseImport, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Project } from '../../../shared/contract/projects.ts';
import { DatasetCard, datasetCardHeight } from '../../components/dataset-card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Found } from '../../components/found.tsx';
import { LinkButton } from '../../components/links.tsx';
import { MoreMenu } from '../../components/more-menu.tsx';
import { NoRuns } from '../../components/no-runs.tsx';
import { Note, Tag } from '../../components/note.ts';
import { Page, Section } from '../../components/page.tsx';
import { CardGrid } from '../../components/pages/card-grid.tsx';
import { usePages } from '../../components/pages/use-pages.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { type RunFilter, RunTable, useRuns } from '../../components/run-table/run-table.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { ProjectDialog } from './project-dialog.tsx';

/** One project: its runs and datasets. */
export function ProjectPage() {
  const { projectId } = useParams({ from: '/projects/$projectId' });
  const query = useQuery(queries.projects.show.queryOptions({ input: { project: projectId } }));
  return (
    <Found noun="project" name={projectId} query={query}>
      {(project) => (
        <Page
          title={project.name}
          under="projects"
          subtitle={project.description ?? undefined}
          badge={project.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}
          actions={<Actions project={project} />}
        >
          <Stack gap="xl">
            <Runs project={project.id} />
            <Datasets project={project.id} />
          </Stack>
        </Page>
      )}
    </Found>
  );
}

function ImportButton({ project }: { readonly project: string }) {
  const { t } = useText();
  return (
    <LinkButton
      to="/datasets"
      search={{ import: true, project }}
      variant="default"
      leftSection={<IconDatabaseImport size={16} aria-hidden />}
    >
      {t('datasets.import')}
    </LinkButton>
  );
}

function NewRunButton({ project }: { readonly project: string }) {
  const { t } = useText();
  return (
    <LinkButton to="/runs/new" search={{ project }} leftSection={<IconPlus size={16} aria-hidden />}>
      {t('runs.new')}
    </LinkButton>
  );
}

function Actions({ project }: { readonly project: Project }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [editing, edit] = useDisclosure(false);
  const [removing, removal] = useDisclosure(false);
  return (
    <>
      <ImportButton project={project.id} />
      <NewRunButton project={project.id} />
      <MoreMenu
        items={[
          { label: t('projects.edit'), icon: IconPencil, onClick: edit.open },
          { label: t('projects.remove'), icon: IconTrash, dangerous: true, onClick: removal.open },
        ]}
      />
      <ProjectDialog opened={editing} onClose={edit.close} project={project} />
      <ConfirmDialog
        opened={removing}
        onClose={removal.close}
        title={t('common.deleteTitle', { name: project.name })}
        text={t('projects.removeText')}
        send={(_nothing, options) => engine.projects.remove({ project: project.id }, options)}
        onDone={() => navigate({ to: '/projects' })}
        refresh={queries.projects.list.key()}
        action={t('common.delete')}
        dangerous
      />
    </>
  );
}

function Runs({ project }: { readonly project: string }) {
  const { t, format } = useText();
  const [sort, setSort] = useState<RunFilter>({ sort: 'createdAt', order: 'desc' });
  const filter = { project, ...sort };
  const runs = useRuns(filter);
  const { total } = runs;
  return (
    <Section title={t('nav.runs')} beside={total !== null && <Note>{format.number(total)}</Note>}>
      <RunTable
        filter={filter}
        runs={runs}
        onSort={(by, order) => setSort({ sort: by, order })}
        maxHeight="480px"
        empty={<NoRuns project={project} action={<NewRunButton project={project} />} />}
      />
    </Section>
  );
}

function Datasets({ project }: { readonly project: string }) {
  const { t, format } = useText();
  const pages = usePages(project, (page) =>
    queries.datasets.list.queryOptions({
      input: { ...page, project },
      select: ({ datasets: items, ...rest }) => ({ items, ...rest }),
    }),
  );
  const { total, error, retry } = pages;
  return (
    <Section title={t('nav.datasets')} beside={total !== null && <Note>{format.number(total)}</Note>}>
      {error && <ProblemAlert error={error} onRetry={retry} />}
      {total === 0 && (
        <EmptyState
          icon={IconDatabase}
          title={t('datasets.none')}
          hint={t('datasets.noneHint')}
          action={<ImportButton project={project} />}
        />
      )}
      {total !== 0 && (total !== null || !error) && (
        <CardGrid
          label={t('nav.datasets')}
          pages={pages}
          card={(dataset, place) => <DatasetCard key={dataset.id} dataset={dataset} place={place} />}
          cardHeight={datasetCardHeight}
        />
      )}
    </Section>
  );
}
