import { Box, Code, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Finding } from '../../../shared/contract/system.ts';
import { CommandLine } from '../../components/command-line.tsx';
import { commandsIn, wordsOf } from '../../components/commands-in.ts';
import { SeverityIcon, severityColors } from '../../components/severity-icon.tsx';
import { useText } from '../../i18n/use-text.ts';
import classes from './doctor-page.module.css';

interface FindingRowProps {
  readonly finding: Finding;
  /** Somebody came for this one. */
  readonly asked: boolean;
}

/** One finding: what is wrong, the command that fixes it, and what was seen. */
export function FindingRow({ finding, asked }: FindingRowProps) {
  const { t } = useText();
  const { code, severity, cause, evidence, hint, command } = finding;
  const row = useRef<HTMLLIElement>(null);
  const [opened, setOpened] = useState(asked);
  const evidenceId = useId();
  const commands = command ? [command] : commandsIn(hint);
  const words = wordsOf(hint, commands);
  useEffect(() => {
    if (!asked) return;
    setOpened(true);
    row.current?.scrollIntoView({ block: 'center' });
  }, [asked]);
  return (
    <li ref={row} className={classes.row} data-asked={asked || undefined}>
      <Box mt={2}>
        <SeverityIcon severity={severity} />
      </Box>
      <Stack gap={6} miw={0}>
        <Group gap={8} lh="22px">
          <Text component="span" size="sm" fw={severity === 'ok' ? 450 : 600}>
            {cause}
          </Text>
          <Text
            component="span"
            size="xs"
            fw={550}
            lh="inherit"
            c={severity === 'ok' ? 'dimmed' : severityColors[severity]}
          >
            {t(`doctor.severity.${severity}`)}
          </Text>
          <Code fz={11}>{code}</Code>
          {asked && (
            <Text
              component="span"
              size="xs"
              fw={600}
              lh="inherit"
              c="var(--mantine-primary-color-light-color)"
            >
              {t('doctor.asked')}
            </Text>
          )}
        </Group>
        {severity !== 'ok' && words !== '' && <Text size="sm">{words}</Text>}
        {severity !== 'ok' && commands.map((one) => <CommandLine key={one} command={one} />)}
        {evidence !== '' && (
          <div>
            <UnstyledButton
              className={classes.evidence}
              aria-expanded={opened}
              aria-controls={evidenceId}
              onClick={() => setOpened(!opened)}
            >
              <IconChevronRight size={14} aria-hidden style={{ rotate: opened ? '90deg' : 'none' }} />
              {t('doctor.evidence')}
            </UnstyledButton>
            <Collapse id={evidenceId} expanded={opened}>
              <pre className="output" style={{ maxHeight: 260, marginTop: 6 }}>
                {evidence}
              </pre>
            </Collapse>
          </div>
        )}
      </Stack>
    </li>
  );
}
