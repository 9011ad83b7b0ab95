import { ActionIcon, Box, Button, Group, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconSearch,
} from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { useText } from '../../i18n/use-text.ts';
import { Note } from '../note.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import type { useTerminal } from './use-terminal.ts';

const frame = { padding: '10px 4px 10px 12px', background: 'var(--terminal)', overflow: 'hidden' };

type Direction = 'previous' | 'next';

interface LogViewerProps {
  readonly label: string;
  readonly terminal: Pick<
    ReturnType<typeof useTerminal>,
    'following' | 'selected' | 'error' | 'follow' | 'copy'
  >;
  /** Gets the element that the terminal is to stand in. */
  readonly onHost: (host: HTMLElement | null) => void;
  /** Gets what is searched for, once typing pauses. */
  readonly onSearch: (text: string) => void;
  /** Goes to the previous or next match of `typed`. */
  readonly onStep: (direction: Direction, typed: string) => void;
  /** Where Enter goes; with Shift it goes the other way. */
  readonly enter: Direction;
  /** Places where the text stands; `at` is the one shown, -1 while none is. */
  readonly matches: { readonly at: number; readonly count: number; readonly done?: boolean };
  /** Stands above the tools. */
  readonly above?: ReactNode;
  readonly filter?: ReactNode;
  readonly download: ReactNode;
  /** Label of the button that jumps to the end; null or left out for the usual one. */
  readonly followLabel?: string | null;
  /** Nothing will come any more: there is an end to go to, and nothing to follow. */
  readonly ended?: boolean;
  readonly error: unknown;
  /** Stands below the lines, in their frame. */
  readonly children?: ReactNode;
  /** How many lines there are. */
  readonly foot: string;
}

/** A log as a terminal, with search, follow, copy and download. */
export function LogViewer({ label, terminal, onSearch, onStep, enter, matches, ...props }: LogViewerProps) {
  const { t, format } = useText();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  useEffect(() => onSearch(search), [onSearch, search]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      const other = enter === 'next' ? 'previous' : 'next';
      onStep(event.shiftKey ? other : enter, typed);
    }
    if (event.key === 'Escape') setTyped('');
  };
  const at = matches.at >= 0 ? `${format.number(matches.at + 1)} / ` : '';
  const error = terminal.error ?? props.error;
  return (
    <div>
      {props.above}
      <Group gap="xs" mb="sm">
        <Group gap="xs" wrap="nowrap" flex="1 1 340px" maw={420}>
          <TextInput
            flex={1}
            miw={120}
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
              onClick={() => onStep(direction, typed)}
            >
              {direction === 'previous' ? <IconChevronUp size={17} /> : <IconChevronDown size={17} />}
            </ActionIcon>
          ))}
          <Note className="tabular" miw={56} role="status">
            {search === '' ? '' : `${at}${format.number(matches.count)}${matches.done === false ? '…' : ''}`}
          </Note>
        </Group>
        {props.filter}
        <Group gap="xs" ml="auto">
          <Tooltip label={t('log.copyHint')}>
            <Button
              variant="default"
              disabled={!terminal.selected}
              leftSection={<IconCopy size={15} aria-hidden />}
              onClick={terminal.copy}
            >
              {t('common.copy')}
            </Button>
          </Tooltip>
          {props.download}
          {props.ended ? (
            <Button
              variant="default"
              leftSection={<IconArrowBarToDown size={16} aria-hidden />}
              disabled={terminal.following}
              onClick={terminal.follow}
            >
              {t('log.toEnd')}
            </Button>
          ) : (
            <Button
              variant={terminal.following ? 'light' : 'filled'}
              leftSection={<IconArrowBarToDown size={16} aria-hidden />}
              aria-pressed={terminal.following}
              onClick={terminal.follow}
            >
              {terminal.following ? t('log.following') : (props.followLabel ?? t('log.follow'))}
            </Button>
          )}
        </Group>
      </Group>
      {error != null && (
        <Box mb={12}>
          <ProblemAlert error={error} />
        </Box>
      )}
      <div className="surface" style={frame}>
        <section
          ref={props.onHost}
          style={{ height: `max(320px, calc(100dvh - ${props.above === undefined ? 420 : 470}px))` }}
          aria-label={label}
        />
        {props.children}
      </div>
      <Note size="xs" mt={6} className="tabular">
        {props.foot}
      </Note>
    </div>
  );
}
