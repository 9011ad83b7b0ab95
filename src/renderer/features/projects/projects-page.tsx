import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolder, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Project } from '../../../shared/contract/projects.ts';
import classes from '../../components/card.module.css';
import { CardsPage, usePageSearch } from '../../components/cards-page.tsx';
import { Note, Tag } from '../../components/note.ts';
import type { CardPlace } from '../../components/pages/card-grid.tsx';
import { usePages } from '../../components/pages/use-pages.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { ProjectDialog } from './project-dialog.tsx';

/** Room for a description of two lines: a long list stays as long while one goes through it. */
const projectCardHeight = 156;

/** All projects. */
export function ProjectsPage() {
  const { t } = useText();
  const [opened, dialog] = useDisclosure(false);
  const navigate = useNavigate({ from: '/projects' });
  const find = usePageSearch(
    useSearch({ from: '/projects' }).search,
    (search) => void navigate({ search: { search }, replace: true }),
  );
  const pages = usePages(find.search, (page) =>
    queries.projects.list.queryOptions({
      input: find.search === '' ? page : { ...page, search: find.search },
      select: ({ projects: items, ...rest }) => ({ items, ...rest }),
    }),
  );
  return (
    <CardsPage
      noun="projects"
      icon={IconFolder}
      find={find}
      pages={pages}
      card={(project, place) => <ProjectCard key={project.id} project={project} place={place} />}
      cardHeight={projectCardHeight}
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
function ProjectCard({ project, place }: { readonly project: Project; readonly place: CardPlace }) {
  const { t } = useText();
  return (
    <Stack
      component="article"
      {...place}
      gap={0}
      mih={projectCardHeight}
      p="16px 18px 14px"
      className={`surface ${classes.card}`}
    >
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
