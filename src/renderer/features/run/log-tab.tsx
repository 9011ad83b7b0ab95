import { ActionIcon, Button, Group, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDownload,
  IconSearch,
} from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { logLevels } from '../../../shared/contract/run-readings.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { messageLines } from '../../../shared/model/terminal-text.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useFormat } from '../../format/use-format.ts';
import { engine } from '../../rpc/client.ts';
import { useFileUrl } from '../../rpc/file-key.ts';
import { findLines, type LogLevel } from './log/log-window.ts';
import { useLog } from './log/use-log.ts';
import classes from './log-tab.module.css';

interface Matches {
  readonly lines: readonly number[];
  readonly done: boolean;
}
const noMatches: Matches = { lines: [], done: true };

/** A run's log as a terminal. */
export function LogTab({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const fileUrl = useFileUrl();
  const format = useFormat();
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [level, setLevel] = useState<LogLevel | null>(null);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const [matches, setMatches] = useState<Matches>(noMatches);
  const [at, setAt] = useState(-1);
  const [failed, setFailed] = useState<unknown>(null);
  const { following, total, shown, selected, moving, error, follow, goTo, mark, copy } = useLog(
    host,
    run.id,
    level,
    String(isEnded(run.status)),
  );

  useEffect(() => {
    setAt(-1);
    setMatches(noMatches);
    mark(search);
    if (search === '') return;
    const controller = new AbortController();
    findLines(
      engine.runs.logs,
      { run: run.id, search, level },
      (lines, done) => setMatches({ lines, done }),
      controller.signal,
    ).catch((reason: unknown) => {
      if (!controller.signal.aborted) setFailed(reason);
    });
    return () => controller.abort();
  }, [search, level, run.id, mark]);

  const step = (by: number) => {
    const { length } = matches.lines;
    if (length === 0) return;
    // The first press goes to the last match: the newest line is what one looks at.
    const next = at < 0 ? length - 1 : (at + by + length) % length;
    setAt(next);
    goTo(matches.lines[next] ?? 0, search);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) step(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') setTyped('');
  };
  const found =
    search === ''
      ? ''
      : `${at >= 0 ? `${format.number(at + 1)} / ` : ''}${format.number(matches.lines.length)}${matches.done ? '' : '…'}`;
  return (
    <div>
      <Group gap="xs" mb="sm">
        <TextInput
          w={260}
          size="sm"
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder={t('log.search')}
          aria-label={t('log.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <ActionIcon
          variant="default"
          size={36}
          disabled={matches.lines.length === 0}
          onClick={() => step(-1)}
          aria-label={t('log.previous')}
        >
          <IconChevronUp size={17} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={36}
          disabled={matches.lines.length === 0}
          onClick={() => step(1)}
          aria-label={t('log.next')}
        >
          <IconChevronDown size={17} />
        </ActionIcon>
        <Text size="sm" c="dimmed" className="tabular" miw={56} role="status">
          {found}
        </Text>
        <Select
          w={170}
          aria-label={t('log.level')}
          placeholder={t('log.anyLevel')}
          clearable
          data={logLevels.map((value) => ({ value, label: t(`log.levels.${value}`) }))}
          value={level}
          onChange={(value) => setLevel(logLevels.find((one) => one === value) ?? null)}
        />
        <Group gap="xs" ml="auto">
          <Tooltip label={t('log.copyHint')}>
            <Button
              variant="default"
              disabled={!selected}
              leftSection={<IconCopy size={15} aria-hidden />}
              onClick={copy}
            >
              {t('common.copy')}
            </Button>
          </Tooltip>
          <Button
            component="a"
            href={fileUrl(`/files/runs/${run.id}/log`)}
            download
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            {t('log.download')}
          </Button>
          <Button
            variant={following ? 'light' : 'filled'}
            leftSection={<IconArrowBarToDown size={16} aria-hidden />}
            aria-pressed={following}
            onClick={follow}
          >
            {following ? t('log.following') : t('log.follow')}
          </Button>
        </Group>
      </Group>
      {(error ?? failed) !== null && <ProblemAlert error={error ?? failed} />}
      <div className={classes.frame}>
        <section ref={setHost} className={classes.terminal} aria-label={t('run.tabs.log')} />
        {moving.map(({ stream, message }) => (
          <output key={stream} className={classes.moving} aria-live="off">
            <span className={classes.stream}>{stream}</span>
            {messageLines(message, { colour: false }).at(-1)}
          </output>
        ))}
      </div>
      <Text size="xs" c="dimmed" mt={6} className="tabular">
        {total === 0
          ? t('log.none')
          : t('log.lines', { shown: format.number(shown), total: format.number(total) })}
      </Text>
    </div>
  );
}
