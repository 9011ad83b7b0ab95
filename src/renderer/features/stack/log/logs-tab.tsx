import { Button, Group, UnstyledButton, useComputedColorScheme } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { LogViewer } from '../../../components/log/log-viewer.tsx';
import { TerminalScreen } from '../../../components/log/terminal-screen.ts';
import { terminalThemes } from '../../../components/log/terminal-theme.ts';
import { useTerminal } from '../../../components/log/use-terminal.ts';
import { saveFile } from '../../../components/save-file.ts';
import { serviceLabels } from '../../../components/stack/stack.ts';
import { useText } from '../../../i18n/use-text.ts';
import { engine } from '../../../rpc/client.ts';
import classes from './logs-tab.module.css';
import { logCapacity, openStackLog, plainLine, readWholeLog, serviceColour, tailLogs } from './stack-log.ts';

interface LogsTabProps {
  readonly name: string | null;
  /** None: all of them. */
  readonly chosen: readonly ServiceName[];
  readonly onChoose: (services: readonly ServiceName[]) => void;
}

/** What the services say, together, as a terminal. */
export function LogsTab({ name, chosen, onChoose }: LogsTabProps) {
  const { t, format } = useText();
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [search, setSearch] = useState('');
  const [readError, setReadError] = useState<unknown>(null);
  const services = chosen.join();
  const terminal = useTerminal(
    host,
    (element, { theme, fontFamily }, view) => {
      setReadError(null);
      const screen = new TerminalScreen(element, theme, fontFamily, logCapacity);
      const tail = (signal: AbortSignal) => tailLogs(engine.stack.logs, chosen, setReadError, signal);
      return openStackLog(screen, tail, format.timeOfDay, view);
    },
    services,
  );
  const { log, state } = terminal;
  // The newest match first: the last line is what one looks at. Another choice of services is another terminal, which has not been searched yet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `services` stands for the terminal.
  useEffect(() => log.current?.find(search, 'previous'), [log, search, services]);
  const download = useMutation({
    mutationFn: async () => {
      const lines = await readWholeLog(engine.stack.logs, chosen);
      const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
      saveFile(`${[name ?? 'stack', ...chosen].join('-')}-${stamp}.log`, lines.map(plainLine));
    },
    gcTime: 0,
  });
  const { shown = 0, unseen = 0, matches = { at: -1, count: 0 } } = state ?? {};
  return (
    <LogViewer
      label={t('stack.tabs.logs')}
      terminal={terminal}
      onHost={setHost}
      onSearch={setSearch}
      onStep={(direction, typed) => log.current?.find(typed, direction)}
      enter="previous"
      matches={matches}
      above={<ServiceChips chosen={chosen} onChoose={onChoose} />}
      download={
        <Button
          variant="default"
          loading={download.isPending}
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => download.mutate()}
        >
          {t('common.download')}
        </Button>
      }
      followLabel={
        unseen > 0 ? t('stackLog.unseen', { count: unseen, formatted: format.number(unseen) }) : null
      }
      error={readError ?? download.error}
      foot={
        shown === 0
          ? t('log.none')
          : t('stackLog.lines', { shown: format.number(shown), most: format.number(logCapacity) })
      }
    />
  );
}

function ServiceChips({ chosen, onChoose }: Pick<LogsTabProps, 'chosen' | 'onChoose'>) {
  const { t } = useText();
  const theme = terminalThemes[useComputedColorScheme()];
  const toggle = (name: ServiceName) => {
    const next = serviceNames.filter((one) => (one === name) !== chosen.includes(one));
    onChoose(next.length === serviceNames.length ? [] : next);
  };
  return (
    <Group gap={6} mb={12} role="group" aria-label={t('stackLog.filter')}>
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
          <span className="dot" style={{ background: serviceColour(name, theme) }} aria-hidden="true" />
          {serviceLabels[name]}
        </UnstyledButton>
      ))}
    </Group>
  );
}
