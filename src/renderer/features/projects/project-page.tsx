import { ActionIcon, Badge, Group, Menu, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDatabase,
  IconDatabaseImport,
  IconDots,
  IconPencil,
  IconPlayerPlay,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../shared/contract/projects.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DatasetCard } from '../../components/dataset-card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { GonePage } from '../../components/gone.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import type { RunSort } from '../../components/run-table/run-sorts.ts';
import { RunTable } from '../../components/run-table/run-table.tsx';
import { useWrite } from '../../components/use-write.ts';
import { engine, queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';
import { ProjectDialog } from './project-dialog.tsx';

/** One project: its runs and datasets. */
export function ProjectPage() {
  const { t } = useTranslation();
  const { projectId } = useParams({ from: '/projects/$projectId' });
  const project = useQuery(queries.projects.show.queryOptions({ input: { project: projectId } }));
  const crumbs = [{ label: t('nav.projects'), to: '/projects' }];
  if (project.isPending) return <PageSkeleton />;
  if (project.error && namesNothing(project.error)) return <GonePage noun="project" name={projectId} />;
  if (project.error) {
    return (
      <Page title={t('projects.one')} crumbs={crumbs}>
        <ProblemAlert error={project.error} onRetry={() => void project.refetch()} />
      </Page>
    );
  }
  const { name, description, tags } = project.data;
  return (
    <Page
      title={name}
      crumbs={crumbs}
      subtitle={description ?? undefined}
      badge={tags.map((tag) => (
        <Badge key={tag} variant="default" size="sm" tt="none" fw={500}>
          {tag}
        </Badge>
      ))}
      actions={<Actions project={project.data} />}
    >
      <Stack gap="xl">
        <Runs project={project.data} />
        <Datasets projectId={project.data.id} />
      </Stack>
    </Page>
  );
}

function ImportButton({ projectId }: { readonly projectId: string }) {
  const { t } = useTranslation();
  return (
    <LinkButton
      to="/datasets"
      search={{ import: true, project: projectId }}
      variant="default"
      leftSection={<IconDatabaseImport size={16} aria-hidden />}
    >
      {t('datasets.import')}
    </LinkButton>
  );
}

function NewRunButton({ projectId }: { readonly projectId: string }) {
  const { t } = useTranslation();
  return (
    <LinkButton
      to="/runs/new"
      search={{ project: projectId }}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {t('runs.new')}
    </LinkButton>
  );
}

function Actions({ project }: { readonly project: Project }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [editing, edit] = useDisclosure(false);
  const [removing, removal] = useDisclosure(false);
  const remove = useWrite({
    send: (_nothing: undefined, options) => engine.projects.remove({ project: project.id }, options),
    onDone: () => {
      removal.close();
      return navigate({ to: '/projects' });
    },
    refresh: () => client.invalidateQueries({ queryKey: queries.projects.list.key() }),
    onClose: removal.close,
  });
  return (
    <>
      <ImportButton projectId={project.id} />
      <NewRunButton projectId={project.id} />
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('common.more')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={edit.open}>
            {t('projects.edit')}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={removal.open}>
            {t('projects.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ProjectDialog opened={editing} onClose={edit.close} project={project} />
      <ConfirmDialog
        opened={removing}
        title={t('projects.removeTitle', { name: project.name })}
        text={t('projects.removeText')}
        action={t('common.delete')}
        dangerous
        write={remove}
        onConfirm={() => remove.start(undefined)}
      />
    </>
  );
}

function Runs({ project }: { readonly project: Project }) {
  const { t } = useTranslation();
  const [sort, setSort] = useState<{ sort: RunSort; order: 'asc' | 'desc' }>({
    sort: 'createdAt',
    order: 'desc',
  });
  return (
    <section aria-labelledby="project-runs">
      <Title order={2} size={16} mb="sm" id="project-runs">
        {t('nav.runs')}
      </Title>
      <RunTable
        filter={{ project: project.id, ...sort }}
        onSort={(by, order) => setSort({ sort: by, order })}
        maxHeight="480px"
        empty={
          <EmptyState
            icon={IconPlayerPlay}
            title={t('runs.none')}
            hint={t('runs.noneHint')}
            action={<NewRunButton projectId={project.id} />}
          />
        }
      />
    </section>
  );
}

function Datasets({ projectId }: { readonly projectId: string }) {
  const { t } = useTranslation();
  const list = useQuery(queries.datasets.list.queryOptions({ input: { project: projectId } }));
  return (
    <section aria-labelledby="project-datasets">
      <Group gap="xs" mb="sm">
        <Title order={2} size={16} id="project-datasets">
          {t('nav.datasets')}
        </Title>
        {list.data && (
          <Text size="sm" c="dimmed">
            {list.data.datasets.length}
          </Text>
        )}
      </Group>
      {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.datasets.length === 0 && (
        <EmptyState
          icon={IconDatabase}
          title={t('datasets.none')}
          hint={t('datasets.noneHint')}
          action={<ImportButton projectId={projectId} />}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {list.data?.datasets.map((dataset) => (
          <DatasetCard key={dataset.id} dataset={dataset} />
        ))}
      </SimpleGrid>
    </section>
  );
}
