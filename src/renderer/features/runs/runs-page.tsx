import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconGitCompare, IconMapOff, IconPlus, IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { mostCompared, runStatuses } from '../../../shared/model/run.ts';
import { usePageSearch } from '../../components/cards-page.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { NoRuns } from '../../components/no-runs.tsx';
import { Note } from '../../components/note.ts';
import { Page } from '../../components/page.tsx';
import { ProjectSelect, useProject } from '../../components/project-select.tsx';
import { RunTable, useRuns } from '../../components/run-table/run-table.tsx';
import { useText } from '../../i18n/use-text.ts';

/** All runs: found, sorted, and picked for comparing. */
export function RunsPage() {
  const { t, format } = useText();
  const navigate = useNavigate({ from: '/runs' });
  const search = useSearch({ from: '/runs' });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { project, isGone: unknownProject } = useProject(search.project ?? null);
  const filtered = Boolean(search.search || search.status || search.project);
  const change = (patch: Record<string, string | undefined>) =>
    void navigate({ search: (old) => ({ ...old, ...patch }), replace: true });
  const find = usePageSearch(search.search, (text) => change({ search: text }));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const clear = () => change({ search: undefined, status: undefined, project: undefined });
  const newRun = (
    <LinkButton to="/runs/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('runs.new')}
    </LinkButton>
  );
  const { sort = 'createdAt', order = 'desc', status } = search;
  const filter = {
    ...(status && { status }),
    ...(search.project && { project: search.project }),
    ...(search.search && { search: search.search }),
    sort,
    order,
  };
  const runs = useRuns(filter);
  return (
    <Page title={t('nav.runs')} subtitle={t('runs.subtitle')} actions={newRun}>
      <Group mb="md" gap="xs">
        <TextInput
          flex="1 1 240px"
          maw={280}
          leftSection={<IconSearch size={16} aria-hidden />}
          placeholder={t('runs.search')}
          aria-label={t('runs.search')}
          value={find.typed}
          onChange={(event) => find.setTyped(event.currentTarget.value)}
        />
        <Select
          flex="1 1 130px"
          maw={160}
          clearable
          placeholder={t('runs.anyStatus')}
          aria-label={t('runs.status')}
          data={runStatuses.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={search.status ?? null}
          onChange={(status) => change({ status: status ?? undefined })}
        />
        <ProjectSelect
          flex="1 1 150px"
          maw={200}
          clearable
          placeholder={t('runs.anyProject')}
          aria-label={t('projects.one')}
          value={search.project === undefined ? null : (project?.id ?? null)}
          onChange={(value) => change({ project: value ?? undefined })}
        />
        <Note role="status" className="tabular">
          {runs.total !== null &&
            t('runs.count', { count: runs.total, formatted: format.number(runs.total) })}
        </Note>
        <Group gap="xs" ml="auto">
          {chosen.size > 0 && (
            <>
              <Note>{t('runs.chosen', { count: chosen.size })}</Note>
              <Button variant="subtle" color="gray" onClick={() => setChosen(new Set())}>
                {t('runs.unselect')}
              </Button>
            </>
          )}
          <Button
            variant="default"
            disabled={chosen.size < 2}
            title={t('runs.compareHint')}
            leftSection={<IconGitCompare size={16} aria-hidden />}
            onClick={() => void navigate({ to: '/compare', search: { runs: [...chosen].join(',') } })}
          >
            {t('nav.compare')}
          </Button>
        </Group>
      </Group>
      {unknownProject ? (
        <EmptyState
          icon={IconMapOff}
          title={t('gone.project.title')}
          hint={t('gone.hint', { name: search.project ?? '' })}
          action={
            <Button variant="default" onClick={clear}>
              {t('common.clearFilters')}
            </Button>
          }
        />
      ) : (
        <RunTable
          filter={filter}
          runs={runs}
          onSort={(by, direction) => change({ sort: by, order: direction })}
          selection={{ ids: chosen, most: mostCompared, onToggle: toggle }}
          maxHeight="calc(100dvh - 250px)"
          takesKeys
          empty={
            filtered ? (
              <EmptyState
                icon={IconSearch}
                title={t('common.noMatch')}
                hint={t('common.noMatchHint')}
                action={
                  <Button variant="default" onClick={clear}>
                    {t('common.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <NoRuns action={newRun} />
            )
          }
        />
      )}
    </Page>
  );
}
