import { Alert, Badge, Box, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Validation } from '../../shared/contract/datasets.ts';
import { useText } from '../i18n/use-text.ts';
import { DataTable } from './data-table.tsx';
import { Note } from './note.ts';
import { ProblemText } from './problem-alert.tsx';
import { SeverityIcon } from './severity-icon.tsx';

/** What a validation found: the sum in a line, and each problem with its hint. */
export function ValidationReport({ validation }: { readonly validation: Validation }) {
  const { t, format } = useText();
  const { summary, errors, warnings, moreErrors, moreWarnings, ok } = validation;
  const errorCount = errors.length + moreErrors;
  const warningCount = warnings.length + moreWarnings;
  const span = (range: { min: number; max: number } | null) =>
    range === null ? '–' : range.min === range.max ? `${range.min}` : `${range.min}–${range.max}`;
  const facts = [
    t('datasets.images', { count: summary.images, formatted: format.number(summary.images) }),
    t('datasets.classes', { count: summary.classes.length }),
    format.bytes(summary.bytes),
    `${span(summary.widths)} × ${span(summary.heights)} px`,
    ...summary.fileTypes.map(({ type, count }) => `${type} ${format.number(count)}`),
  ];
  return (
    <Stack gap="sm">
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Box mt={2}>
          <SeverityIcon severity={!ok ? 'error' : warningCount > 0 ? 'warning' : 'ok'} />
        </Box>
        <div>
          <Text size="sm" fw={600}>
            {ok
              ? warningCount > 0
                ? t('validation.warnings', { count: warningCount })
                : t('validation.ok')
              : t('validation.errors', { count: errorCount, warnings: format.number(warningCount) })}
          </Text>
          {summary.images > 0 && <Note>{facts.join(' · ')}</Note>}
        </div>
      </Group>
      {errorCount + warningCount > 0 && (
        <ProblemsTable errors={errors} warnings={warnings} more={moreErrors + moreWarnings} />
      )}
    </Stack>
  );
}

interface ProblemsTableProps {
  readonly errors: Validation['errors'];
  readonly warnings: Validation['errors'];
  /** How many were found besides. */
  readonly more?: number;
}

/** Rows beyond these would only make the page slow: the first ones say what to fix. */
const shown = 200;

/** What is wrong in which file, and how to fix it. */
export function ProblemsTable({ errors, warnings, more = 0 }: ProblemsTableProps) {
  const { t } = useText();
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
            t('artifacts.kind'),
            ({ severity }) => (
              <Badge color={severity === 'error' ? 'red' : 'yellow'} variant="light" size="sm" tt="none">
                {t(`doctor.severity.${severity}`)}
              </Badge>
            ),
            { w: 90 },
          ],
          [
            t('artifacts.name'),
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
      {unseen > 0 && <Note p="sm">{t('problems.more', { count: unseen })}</Note>}
    </div>
  );
}

/** What would train badly on a dataset's version; nothing where all is well. */
export function TrainingRisks({ risks }: { readonly risks: Validation['warnings'] }) {
  const { t } = useText();
  if (risks.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('datasets.risks', { count: risks.length })}
    >
      <Stack gap="sm">
        {risks.map((risk) => (
          <ProblemText key={risk.code} problem={risk} fw={550} />
        ))}
      </Stack>
    </Alert>
  );
}
