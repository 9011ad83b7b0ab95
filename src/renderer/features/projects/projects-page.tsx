import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolder, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Project } from '../../../shared/contract/projects.ts';
import classes from '../../components/card.module.css';
import { CardsPage, useSearchText } from '../../components/cards-page.tsx';
import { Note, Tag } from '../../components/note.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { ProjectDialog } from './project-dialog.tsx';

/** All projects. */
export function ProjectsPage() {
  const { t } = useText();
  const [opened, dialog] = useDisclosure(false);
  const find = useSearchText();
  const list = useQuery(
    queries.projects.list.queryOptions({
      input: find.search === '' ? {} : { search: find.search },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <CardsPage
      noun="projects"
      icon={IconFolder}
      find={find}
      query={list}
      items={list.data?.projects}
      card={(project) => <ProjectCard key={project.id} project={project} />}
      cardHeight={148}
      action={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
          {t('projects.new')}
        </Button>
      }
    >
      <ProjectDialog opened={opened} onClose={dialog.close} project={null} />
    </CardsPage>
  );
}

/** A project at a glance; the whole card leads to it. */
function ProjectCard({ project }: { readonly project: Project }) {
  const { t } = useText();
  return (
    <Stack component="article" gap={0} mih={148} p="16px 18px 14px" className={`surface ${classes.card}`}>
      <Link to="/projects/$projectId" params={{ projectId: project.id }} className={classes.link}>
        {project.name}
      </Link>
      <Note lineClamp={2} mt={2} flex={1}>
        {project.description ?? t('projects.noDescription')}
      </Note>
      <Group gap={6} mih={22} m="8px 0 10px">
        {project.tags.slice(0, 4).map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </Group>
      <Group gap="md" fz={12} className="muted tabular">
        <span>{t('projects.runs', { count: project.runCount })}</span>
        <span>{t('projects.datasets', { count: project.datasetCount })}</span>
        <span style={{ marginLeft: 'auto' }}>
          <TimeText time={project.updatedAt} />
        </span>
      </Group>
    </Stack>
  );
}
