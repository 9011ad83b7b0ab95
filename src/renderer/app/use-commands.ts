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
import { useStackVerb } from '../components/stack/use-stack-verb.ts';
import { switchLanguage } from '../i18n/i18n.ts';
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
  const runs = useQuery(
    queries.runs.list.queryOptions({ input: search === '' ? skipToken : { search, limit: most } }),
  );
  const projects = useQuery(
    queries.projects.list.queryOptions({ input: search === '' ? skipToken : { search } }),
  );
  const datasets = useQuery(
    queries.datasets.list.queryOptions({ input: search === '' ? skipToken : { search } }),
  );
  const { mutate } = useStackVerb();
  const stackCommand = (verb: 'up' | 'down' | 'restart') => () => {
    mutate({ verb, services: [] });
    // What comes of it is shown there, also where it is refused.
    void navigate({ to: '/stack' });
  };
  const group = {
    place: t('palette.place'),
    action: t('palette.action'),
  };
  const fixed: Command[] = [
    ...places.map(({ to, key, icon }) => ({
      key: to,
      name: t(`nav.${key}`),
      group: group.place,
      icon,
      run: () => void navigate({ to }),
    })),
    {
      key: 'new-run',
      name: t('runs.new'),
      group: group.action,
      icon: IconPlus,
      run: () => void navigate({ to: '/runs/new' }),
    },
    {
      key: 'import',
      name: t('datasets.import'),
      group: group.action,
      icon: IconDatabaseImport,
      run: () => void navigate({ to: '/datasets', search: { import: true } }),
    },
    {
      key: 'stack-up',
      name: t('stack.startAll'),
      group: group.action,
      icon: IconPlayerPlay,
      run: stackCommand('up'),
    },
    {
      key: 'stack-down',
      name: t('stack.stopAll'),
      group: group.action,
      icon: IconPlayerStop,
      run: stackCommand('down'),
    },
    {
      key: 'stack-restart',
      name: t('stack.restartAll'),
      group: group.action,
      icon: IconReload,
      run: stackCommand('restart'),
    },
    {
      key: 'stack-logs',
      name: t('stack.showLogs'),
      group: group.action,
      icon: IconFileText,
      run: () => void navigate({ to: '/stack', search: { tab: 'logs' } }),
    },
    {
      key: 'theme',
      name: t('shortcuts.theme'),
      group: group.action,
      icon: IconSunMoon,
      run: toggleColorScheme,
    },
    {
      key: 'language',
      name: i18n.language === 'ko' ? 'English' : '한국어',
      group: group.action,
      icon: IconLanguage,
      run: () => void switchLanguage(i18n.language === 'ko' ? 'en' : 'ko'),
    },
    { key: 'help', name: t('shell.shortcuts'), group: group.action, icon: IconKeyboard, run: openHelp },
  ];
  const wanted = search.toLowerCase();
  return [
    ...fixed.filter(({ name }) => name.toLowerCase().includes(wanted)),
    ...(runs.data?.runs ?? []).map((run) => ({
      key: run.id,
      name: run.name,
      group: t('nav.runs'),
      icon: IconPlayerPlay,
      run: () => void navigate({ to: '/runs/$runId', params: { runId: run.id } }),
    })),
    ...(projects.data?.projects ?? []).slice(0, most).map((project) => ({
      key: project.id,
      name: project.name,
      group: t('nav.projects'),
      icon: IconFolder,
      run: () => void navigate({ to: '/projects/$projectId', params: { projectId: project.id } }),
    })),
    ...(datasets.data?.datasets ?? []).slice(0, most).map((dataset) => ({
      key: dataset.id,
      name: dataset.name,
      group: t('nav.datasets'),
      icon: IconDatabase,
      run: () => void navigate({ to: '/datasets/$datasetId', params: { datasetId: dataset.id } }),
    })),
  ];
}
