import { Text } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { useText } from '../../i18n/use-text.ts';
import type { Problem } from '../../rpc/problem.ts';
import { CommandLine } from '../command-line.tsx';
import { commandsIn, wordsOf } from '../commands-in.ts';
import { LinkButton } from '../links.tsx';
import { Note } from '../note.ts';
import { ProblemFrame, useKnownProblem } from '../problem-alert.tsx';

interface Cause extends Omit<Problem, 'field'> {
  /** A service's last lines. */
  readonly lines?: readonly string[];
}

interface CauseAlertProps {
  readonly cause: Cause;
  /** Stands after the hint, as "it is tried again". */
  readonly note?: string;
}

/** Why something of the stack failed: the sentence, what fixes it with the command to copy, and the service's last lines. */
export function CauseAlert({ cause, note }: CauseAlertProps) {
  const { t } = useText();
  const known = useKnownProblem(cause);
  // Found behind the last colon, where English puts them.
  const commands = commandsIn(cause.hint ?? '');
  const words = wordsOf(known.hint ?? '', commands);
  const lines = cause.lines ?? [];
  return (
    <ProblemFrame
      title={known.message}
      code={cause.code}
      action={
        <LinkButton
          to="/doctor"
          search={{ code: cause.code }}
          size="compact-sm"
          variant="default"
          leftSection={<IconStethoscope size={14} aria-hidden />}
        >
          {t('stack.doctor')}
        </LinkButton>
      }
    >
      {words !== '' && <Text size="sm">{words}</Text>}
      {commands.map((command) => (
        <CommandLine key={command} command={command} />
      ))}
      {lines.length > 0 && (
        <div>
          <Note size="xs" mb={4}>
            {t('stack.lastLines')}
          </Note>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="output" style={{ maxHeight: 168 }} tabIndex={0}>
            {lines.join('\n')}
          </pre>
        </div>
      )}
      {note && <Note>{note}</Note>}
    </ProblemFrame>
  );
}
