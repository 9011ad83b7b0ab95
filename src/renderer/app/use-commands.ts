import { useMantineColorScheme } from '@mantine/core';
import {
  IconDatabase,
  IconDatabaseImport,
  IconFileText,
  IconFolder,
  IconKeyboard,
  IconLanguage,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconReload,
  IconSunMoon,
  type TablerIcon,
} from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useStackVerb, type Verb } from '../components/stack/stack.ts';
import { languageNames, languageOf, switchLanguage } from '../i18n/i18n.ts';
import { queries } from '../rpc/client.ts';
import { places } from './navigation.tsx';

export interface Command {
  readonly key: string;
  readonly name: string;
  readonly group: string;
  readonly icon: TablerIcon;
  readonly run: () => void;
}

const most = 6;

/** What the palette offers for a search: places and actions by name, and what the engine finds. */
export function useCommands(search: string, openHelp: () => void): readonly Command[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const input = search === '' ? skipToken : { search };
  const runs = useQuery(
    queries.runs.list.queryOptions({ input: search === '' ? skipToken : { search, limit: most } }),
  );
  const projects = useQuery(queries.projects.list.queryOptions({ input }));
  const datasets = useQuery(queries.datasets.list.queryOptions({ input }));
  const { mutate } = useStackVerb();
  const stack = (verb: Verb) => () => {
    mutate({ verb, services: [] });
    // What comes of it is shown there, also where it is refused.
    void navigate({ to: '/stack' });
  };
  const other = languageOf(i18n) === 'ko' ? 'en' : 'ko';
  const actions: readonly (readonly [name: string, icon: TablerIcon, run: () => void])[] = [
    [t('runs.new'), IconPlus, () => void navigate({ to: '/runs/new' })],
    [
      t('datasets.import'),
      IconDatabaseImport,
      () => void navigate({ to: '/datasets', search: { import: true } }),
    ],
    [t('stack.startAll'), IconPlayerPlay, stack('up')],
    [t('stack.stopAll'), IconPlayerStop, stack('down')],
    [t('stack.restartAll'), IconReload, stack('restart')],
    [t('stack.showLogs'), IconFileText, () => void navigate({ to: '/stack', search: { tab: 'logs' } })],
    [t('shortcuts.theme'), IconSunMoon, toggleColorScheme],
    [languageNames[other], IconLanguage, () => void switchLanguage(other)],
    [t('shell.shortcuts'), IconKeyboard, openHelp],
  ];
  const fixed: readonly Command[] = [
    ...places.map(({ to, key, icon }) => ({
      key: to,
      name: t(`nav.${key}`),
      group: t('palette.place'),
      icon,
      run: () => void navigate({ to }),
    })),
    ...actions.map(([name, icon, run]) => ({ key: name, name, group: t('palette.action'), icon, run })),
  ];
  const wanted = search.toLowerCase();
  const found = (
    noun: 'runs' | 'projects' | 'datasets',
    icon: TablerIcon,
    things: readonly { readonly id: string; readonly name: string }[] = [],
    open: (id: string) => unknown,
  ) =>
    things.slice(0, most).map(({ id, name }) => ({
      key: id,
      name,
      group: t(`nav.${noun}`),
      icon,
      run: () => void open(id),
    }));
  return [
    ...fixed.filter(({ name }) => name.toLowerCase().includes(wanted)),
    ...found('runs', IconPlayerPlay, runs.data?.runs, (runId) =>
      navigate({ to: '/runs/$runId', params: { runId } }),
    ),
    ...found('projects', IconFolder, projects.data?.projects, (projectId) =>
      navigate({ to: '/projects/$projectId', params: { projectId } }),
    ),
    ...found('datasets', IconDatabase, datasets.data?.datasets, (datasetId) =>
      navigate({ to: '/datasets/$datasetId', params: { datasetId } }),
    ),
  ];
}
