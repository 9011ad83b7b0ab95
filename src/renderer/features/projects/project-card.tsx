import { Badge, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../shared/contract/projects.ts';
import { TimeText } from '../../components/time-text.tsx';
import classes from './project-card.module.css';

/** A project at a glance; the whole card leads to it. */
export function ProjectCard({ project }: { readonly project: Project }) {
  const { t } = useTranslation();
  return (
    <article className={`surface ${classes.card}`}>
      <Link to="/projects/$projectId" params={{ projectId: project.id }} className={classes.link}>
        {project.name}
      </Link>
      <Text size="sm" c="dimmed" lineClamp={2} className={classes.description}>
        {project.description ?? t('projects.noDescription')}
      </Text>
      <Group gap={6} className={classes.tags}>
        {project.tags.slice(0, 4).map((tag) => (
          <Badge key={tag} variant="default" size="sm" tt="none" fw={500}>
            {tag}
          </Badge>
        ))}
      </Group>
      <Group gap="md" className={classes.foot}>
        <span>{t('projects.runs', { count: project.runCount })}</span>
        <span>{t('projects.datasets', { count: project.datasetCount })}</span>
        <span style={{ marginLeft: 'auto' }}>
          <TimeText time={project.updatedAt} />
        </span>
      </Group>
    </article>
  );
}
