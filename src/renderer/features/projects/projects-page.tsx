import { Button, SimpleGrid, Skeleton, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconFolder, IconPlus, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { queries } from '../../rpc/client.ts';
import { ProjectCard } from './project-card.tsx';
import { ProjectDialog } from './project-dialog.tsx';

/** All projects. */
export function ProjectsPage() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const [opened, dialog] = useDisclosure(false);
  const list = useQuery(
    queries.projects.list.queryOptions({
      input: search === '' ? {} : { search },
      placeholderData: keepPreviousData,
    }),
  );
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      {t('projects.new')}
    </Button>
  );
  const projects = list.data?.projects;
  const bare = projects?.length === 0 && search === '';
  return (
    <Page title={t('nav.projects')} subtitle={t('projects.subtitle')} actions={bare ? undefined : create}>
      {!bare && (
        <TextInput
          mb="md"
          maw={320}
          leftSection={<IconSearch size={16} aria-hidden />}
          placeholder={t('projects.search')}
          aria-label={t('projects.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
      {projects?.length === 0 && (
        <EmptyState
          icon={IconFolder}
          title={bare ? t('projects.none') : t('common.noMatch')}
          hint={bare ? t('projects.noneHint') : t('common.noMatchHint')}
          action={bare ? create : undefined}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {list.isPending && [1, 2, 3].map((key) => <Skeleton key={key} height={148} radius="md" />)}
        {projects?.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </SimpleGrid>
      <ProjectDialog opened={opened} onClose={dialog.close} project={null} />
    </Page>
  );
}
