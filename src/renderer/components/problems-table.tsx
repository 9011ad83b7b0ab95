import { Badge, Code, ScrollArea, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ErrorRecord } from '../../shared/errors/error.ts';
import { useKnownProblem } from './use-known-problem.ts';

interface ListedProblem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  readonly parameters: ErrorRecord['parameters'];
}

interface ProblemsTableProps {
  readonly errors: readonly ListedProblem[];
  readonly warnings: readonly ListedProblem[];
  readonly moreErrors?: number;
  readonly moreWarnings?: number;
}

/** Rows beyond these would only make the page slow: the first ones say what to fix. */
const shown = 200;

/** What is wrong in which file, and how to fix it. */
export function ProblemsTable({ errors, warnings, moreErrors = 0, moreWarnings = 0 }: ProblemsTableProps) {
  const { t } = useTranslation();
  const rows = [
    ...errors.map((problem) => ({ problem, severity: 'error' as const })),
    ...warnings.map((problem) => ({ problem, severity: 'warning' as const })),
  ];
  const more = Math.max(0, rows.length - shown) + moreErrors + moreWarnings;
  return (
    <div className="surface">
      <ScrollArea.Autosize mah={320}>
        <Table stickyHeader fz="sm" miw={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={90}>{t('problems.kind')}</Table.Th>
              <Table.Th>{t('problems.place')}</Table.Th>
              <Table.Th>{t('problems.whatAndFix')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, shown).map(({ problem, severity }) => (
              <Row key={`${problem.code} ${problem.path}`} problem={problem} severity={severity} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {more > 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {t('problems.more', { count: more })}
        </Text>
      )}
    </div>
  );
}

function Row({
  problem,
  severity,
}: {
  readonly problem: ListedProblem;
  readonly severity: 'error' | 'warning';
}) {
  const { t } = useTranslation();
  const known = useKnownProblem(problem);
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <Badge color={severity === 'error' ? 'red' : 'yellow'} variant="light" size="sm" tt="none">
          {t(`problems.${severity}`)}
        </Badge>
      </Table.Td>
      <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
        {problem.path || '–'}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{known.message}</Text>
        {known.hint && (
          <Text size="sm" c="dimmed">
            {known.hint}
          </Text>
        )}
        {known.original && (
          <Text size="xs" c="dimmed" mt={2}>
            {known.original}
          </Text>
        )}
        <Code fz={11}>{problem.code}</Code>
      </Table.Td>
    </Table.Tr>
  );
}
