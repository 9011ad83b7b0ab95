import { Badge, Code, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Validation } from '../../shared/contract/datasets.ts';
import { DataTable } from './data-table.tsx';
import { ProblemText } from './problem-alert.tsx';

type Problem = Validation['errors'][number];

interface ProblemsTableProps {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** How many were found besides. */
  readonly more?: number;
}

/** Rows beyond these would only make the page slow: the first ones say what to fix. */
const shown = 200;

/** What is wrong in which file, and how to fix it. */
export function ProblemsTable({ errors, warnings, more = 0 }: ProblemsTableProps) {
  const { t } = useTranslation();
  const rows = [
    ...errors.map((problem) => ({ problem, severity: 'error' as const })),
    ...warnings.map((problem) => ({ problem, severity: 'warning' as const })),
  ];
  const unseen = Math.max(0, rows.length - shown) + more;
  return (
    <div className="surface">
      <DataTable
        minWidth={560}
        maxHeight={320}
        top
        rows={rows.slice(0, shown)}
        rowKey={({ problem }) => `${problem.code} ${problem.path}`}
        columns={[
          [
            t('problems.kind'),
            ({ severity }) => (
              <Badge color={severity === 'error' ? 'red' : 'yellow'} variant="light" size="sm" tt="none">
                {t(`doctor.severity.${severity}`)}
              </Badge>
            ),
            { w: 90 },
          ],
          [
            t('problems.place'),
            ({ problem }) => <span style={{ overflowWrap: 'anywhere' }}>{problem.path || '–'}</span>,
            { className: 'mono', w: 150 },
          ],
          [
            t('problems.whatAndFix'),
            ({ problem }) => (
              <>
                <ProblemText problem={problem} />
                <Code fz={11}>{problem.code}</Code>
              </>
            ),
          ],
        ]}
      />
      {unseen > 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {t('problems.more', { count: unseen })}
        </Text>
      )}
    </div>
  );
}
