import {
  ActionIcon,
  Button,
  Group,
  Text,
  TextInput,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDownload,
  IconSearch,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { serviceLabels } from '../../../components/stack/service-names.ts';
import { terminalThemes } from '../../../components/terminal/terminal-theme.ts';
import { useFormat } from '../../../format/use-format.ts';
import { engine } from '../../../rpc/client.ts';
import { logCapacity, readWholeLog } from './log-tail.ts';
import classes from './logs-tab.module.css';
import { plainLine, serviceColour } from './stack-log-text.ts';
import { useStackLog } from './use-stack-log.ts';

interface LogsTabProps {
  readonly name: string | null;
  /** None: all of them. */
  readonly chosen: readonly ServiceName[];
  readonly onChoose: (services: readonly ServiceName[]) => void;
}

function saveFile(name: string, text: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What the services say, together, as a terminal. */
export function LogsTab({ name, chosen, onChoose }: LogsTabProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [host, setHost] = useState<HTMLElement | null>(null);
  const log = useStackLog(host, chosen);
  const download = useMutation({
    mutationFn: async () => {
      const lines = await readWholeLog(engine.stack.logs, chosen);
      const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
      saveFile(`${[name ?? 'stack', ...chosen].join('-')}-${stamp}.log`, lines.map(plainLine));
    },
    gcTime: 0,
  });
  return (
    <div>
      <Group gap="xs" mb="sm">
        <ServiceChips chosen={chosen} onChoose={onChoose} />
        <Group gap="xs" ml="auto">
          <Tooltip label={t('log.copyHint')}>
            <Button
              variant="default"
              disabled={!log.selected}
              leftSection={<IconCopy size={15} aria-hidden />}
              onClick={log.copy}
            >
              {t('common.copy')}
            </Button>
          </Tooltip>
          <Button
            variant="default"
            loading={download.isPending}
            leftSection={<IconDownload size={15} aria-hidden />}
            onClick={() => download.mutate()}
          >
            {t('log.download')}
          </Button>
        </Group>
      </Group>
      <Group gap="xs" mb="sm">
        <Search log={log} />
        <Button
          ml="auto"
          variant={log.following ? 'light' : 'filled'}
          leftSection={<IconArrowBarToDown size={16} aria-hidden />}
          aria-pressed={log.following}
          onClick={log.follow}
        >
          {log.following
            ? t('log.following')
            : log.unseen > 0
              ? t('stackLog.unseen', { count: log.unseen, formatted: format.number(log.unseen) })
              : t('log.follow')}
        </Button>
      </Group>
      {(log.error ?? download.error) != null && (
        <div className={classes.problem}>
          <ProblemAlert error={log.error ?? download.error} />
        </div>
      )}
      <div className={classes.frame}>
        <section ref={setHost} className={classes.terminal} aria-label={t('stack.tabs.logs')} />
      </div>
      <Text size="xs" c="dimmed" mt={6} className="tabular">
        {log.shown === 0
          ? t('stackLog.none')
          : t('stackLog.lines', { shown: format.number(log.shown), most: format.number(logCapacity) })}
      </Text>
    </div>
  );
}

function ServiceChips({ chosen, onChoose }: Pick<LogsTabProps, 'chosen' | 'onChoose'>) {
  const { t } = useTranslation();
  const theme = terminalThemes[useComputedColorScheme()];
  const toggle = (name: ServiceName) => {
    const next = serviceNames.filter((one) => (one === name) !== chosen.includes(one));
    onChoose(next.length === serviceNames.length ? [] : next);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons in a row are no fields of a form
    <div role="group" aria-label={t('stackLog.filter')} className={classes.chips}>
      <UnstyledButton
        className={classes.chip}
        aria-pressed={chosen.length === 0}
        onClick={() => onChoose([])}
      >
        {t('stackLog.all')}
      </UnstyledButton>
      {serviceNames.map((name) => (
        <UnstyledButton
          key={name}
          className={classes.chip}
          aria-pressed={chosen.includes(name)}
          onClick={() => toggle(name)}
        >
          <span
            className={classes.dot}
            style={{ background: serviceColour(name, theme) }}
            aria-hidden="true"
          />
          {serviceLabels[name]}
        </UnstyledButton>
      ))}
    </div>
  );
}

function Search({ log }: { readonly log: ReturnType<typeof useStackLog> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const { find, matches } = log;
  // The newest match first: the last line is what one looks at.
  useEffect(() => find(search, 'previous'), [find, search]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      find(typed, event.shiftKey ? 'next' : 'previous');
    }
    if (event.key === 'Escape') setTyped('');
  };
  const at = matches.at >= 0 ? `${format.number(matches.at + 1)} / ` : '';
  return (
    <>
      <TextInput
        w={260}
        leftSection={<IconSearch size={15} aria-hidden />}
        placeholder={t('log.search')}
        aria-label={t('log.search')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {(['previous', 'next'] as const).map((direction) => (
        <ActionIcon
          key={direction}
          variant="default"
          size={36}
          disabled={matches.count === 0}
          aria-label={t(`log.${direction}`)}
          onClick={() => find(typed, direction)}
        >
          {direction === 'previous' ? <IconChevronUp size={17} /> : <IconChevronDown size={17} />}
        </ActionIcon>
      ))}
      <Text size="sm" c="dimmed" className="tabular" miw={56} role="status">
        {search === '' ? '' : `${at}${format.number(matches.count)}`}
      </Text>
    </>
  );
}
