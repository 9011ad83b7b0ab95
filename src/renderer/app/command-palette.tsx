import { Modal, ScrollArea, TextInput, useMantineColorScheme } from '@mantine/core';
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
  IconSearch,
  IconSunMoon,
  type TablerIcon,
} from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useSearchText } from '../components/cards-page.tsx';
import { Note } from '../components/note.ts';
import { useStackVerb, type Verb } from '../components/stack/stack.ts';
import { languageNames, switchLanguage } from '../i18n/i18n.ts';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';
import classes from './command-palette.module.css';
import { places } from './navigation.tsx';

interface CommandPaletteProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Goes anywhere and finds anything by typing. */
export function CommandPalette({ opened, onClose, onHelp }: CommandPaletteProps) {
  const { t } = useText();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      aria-label={t('shell.search')}
    >
      <PaletteBody onClose={onClose} onHelp={onHelp} />
    </Modal>
  );
}

function PaletteBody({ onClose, onHelp }: Omit<CommandPaletteProps, 'opened'>) {
  const { t } = useText();
  const listId = useId();
  const { typed, setTyped, search } = useSearchText(120);
  const [chosen, setChosen] = useState(0);
  const commands = useCommands(search, onHelp);
  const active = Math.min(chosen, commands.length - 1);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((active + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[active]);
    }
  };
  return (
    <>
      <TextInput
        data-autofocus
        size="lg"
        variant="unstyled"
        style={{ borderBottom: '1px solid var(--line)' }}
        leftSection={<IconSearch size={18} aria-hidden />}
        placeholder={t('palette.placeholder')}
        aria-label={t('palette.placeholder')}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={commands[active] ? `${listId}-${active}` : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ScrollArea.Autosize mah={380}>
        <div ref={list} id={listId} role="listbox" aria-label={t('shell.search')} style={{ padding: 6 }}>
          {commands.map((command, index) => (
            <button
              key={command.key}
              id={`${listId}-${index}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={`plain-button ${classes.item}`}
              onMouseMove={() => setChosen(index)}
              onClick={() => run(command)}
            >
              <command.icon size={17} stroke={1.7} aria-hidden />
              <span className="cut" style={{ flex: 1 }}>
                {command.name}
              </span>
              <Note component="span" size="xs">
                {command.group}
              </Note>
            </button>
          ))}
        </div>
        {commands.length === 0 && (
          <Note p="md" ta="center">
            {t('common.noMatch')}
          </Note>
        )}
      </ScrollArea.Autosize>
    </>
  );
}

interface Command {
  readonly key: string;
  readonly name: string;
  readonly group: string;
  readonly icon: TablerIcon;
  readonly run: () => void;
}

const most = 6;

/** What the palette offers for a search: places and actions by name, and what the engine finds. */
function useCommands(search: string, openHelp: () => void): readonly Command[] {
  const { t, language } = useText();
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const input = search === '' ? skipToken : { search, limit: most };
  const runs = useQuery(queries.runs.list.queryOptions({ input }));
  const projects = useQuery(queries.projects.list.queryOptions({ input }));
  const datasets = useQuery(queries.datasets.list.queryOptions({ input }));
  const { mutate } = useStackVerb();
  const stack = (verb: Verb) => () => {
    mutate({ verb, services: [] });
    // What comes of it is shown there, also where it is refused.
    void navigate({ to: '/stack' });
  };
  const name = t('stack.itself');
  const other = language === 'ko' ? 'en' : 'ko';
  const actions: readonly (readonly [name: string, icon: TablerIcon, run: () => void])[] = [
    [t('runs.new'), IconPlus, () => void navigate({ to: '/runs/new' })],
    [
      t('datasets.import'),
      IconDatabaseImport,
      () => void navigate({ to: '/datasets', search: { import: true } }),
    ],
    [t('stack.startOne', { name }), IconPlayerPlay, stack('up')],
    [t('stack.stopOne', { name }), IconPlayerStop, stack('down')],
    [t('stack.restartOne', { name }), IconReload, stack('restart')],
    [
      t('stack.logsOf', { name }),
      IconFileText,
      () => void navigate({ to: '/stack', search: { tab: 'logs' } }),
    ],
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
