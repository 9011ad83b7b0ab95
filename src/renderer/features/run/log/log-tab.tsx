import { Button, Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Run } from '../../../../shared/contract/runs.ts';
import { logLevels } from '../../../../shared/model/log-levels.ts';
import { isEnded } from '../../../../shared/model/run.ts';
import { messageLines } from '../../../../shared/model/terminal-text.ts';
import { LogViewer } from '../../../components/log/log-viewer.tsx';
import { useTerminal } from '../../../components/log/use-terminal.ts';
import { useText } from '../../../i18n/use-text.ts';
import { engine } from '../../../rpc/client.ts';
import { useFileUrl } from '../../../rpc/files.ts';
import { useWhileShown } from '../../../rpc/use-while-shown.ts';
import { LogScreen } from './log-screen.ts';
import { findLines, type LogLevel, LogWindow } from './log-window.ts';
import { openRunLog } from './run-log.ts';

interface Found {
  readonly lines: readonly number[];
  readonly done: boolean;
  /** Which of them is shown; -1 while none is. */
  readonly at: number;
}
const moving = {
  display: 'block',
  padding: '6px 8px 0 0',
  borderTop: '1px solid var(--line)',
  color: 'var(--mantine-color-text)',
  whiteSpace: 'pre',
};
const nothing: Found = { lines: [], done: true, at: -1 };

/** A run's log as a terminal. */
export function LogTab({ run: { id: run, status } }: { readonly run: Run }) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [level, setLevel] = useState<LogLevel | null>(null);
  const [search, setSearch] = useState('');
  const [found, setFound] = useState(nothing);
  const terminal = useTerminal(
    host,
    (element, { theme, fontFamily }, view) => {
      const attempt = (number: number) => t('run.attempt', { number });
      const screen = new LogScreen(element, theme, fontFamily, { timeOfDay: format.timeOfDay, attempt });
      return openRunLog(screen, new LogWindow(engine.runs.logs, run, level), view);
    },
    // A run that goes on is opened again.
    `${run} ${level} ${isEnded(status)}`,
  );
  const { log, state } = terminal;

  const failed = useWhileShown(
    async (signal) => {
      setFound(nothing);
      log.current?.mark(search);
      if (search === '') return;
      const report = (lines: readonly number[], done: boolean) => setFound(({ at }) => ({ lines, done, at }));
      await findLines(engine.runs.logs, { run, search, level }, report, signal);
    },
    [run, search, level],
  );

  const step = (direction: 'previous' | 'next') => {
    const { at, lines } = found;
    if (lines.length === 0) return;
    // The first press goes to the last match: the newest line is what one looks at.
    const by = direction === 'next' ? 1 : -1;
    const next = at < 0 ? lines.length - 1 : (at + by + lines.length) % lines.length;
    setFound((latest) => ({ ...latest, at: next }));
    log.current?.goTo(lines[next] ?? 0, search);
  };
  const { total = 0, lines = [], moving: growing } = state ?? {};
  return (
    <LogViewer
      label={t('run.tabs.log')}
      terminal={terminal}
      onHost={setHost}
      onSearch={setSearch}
      onStep={step}
      enter="next"
      matches={{ at: found.at, count: found.lines.length, done: found.done }}
      filter={
        <Select
          w={170}
          aria-label={t('log.level')}
          placeholder={t('log.anyLevel')}
          clearable
          data={logLevels.map((value) => ({ value, label: t(`log.levels.${value}`) }))}
          value={level}
          onChange={(value) => setLevel(logLevels.find((one) => one === value) ?? null)}
        />
      }
      download={
        <Button
          component="a"
          href={fileUrl(`/files/runs/${run}/log`)}
          download
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          {t('common.download')}
        </Button>
      }
      error={failed}
      ended={isEnded(status)}
      foot={
        total === 0
          ? t('log.none')
          : t(lines.length < total ? 'log.someLines' : 'log.lines', {
              count: total,
              formatted: format.number(total),
              shown: format.number(lines.length),
            })
      }
    >
      {growing?.lines.map(({ stream, message }) => (
        <output key={stream} className="mono cut" style={moving} aria-live="off">
          <span className="muted" style={{ marginRight: '1.5ch' }}>
            {stream}
          </span>
          {messageLines(message, { colour: false }).at(-1)}
        </output>
      ))}
    </LogViewer>
  );
}
