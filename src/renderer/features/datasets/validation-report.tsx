import { Box, Group, Stack, Text } from '@mantine/core';
import type { Validation } from '../../../shared/contract/datasets.ts';
import { useLabelTexts } from '../../components/label-texts.ts';
import { Note } from '../../components/note.ts';
import { SeverityIcon } from '../../components/severity-icon.tsx';
import { useText } from '../../i18n/use-text.ts';
import { ProblemsTable } from './problems-table.tsx';

/** What a validation found: the sum in a line, and each problem with its hint. */
export function ValidationReport({ validation }: { readonly validation: Validation }) {
  const { t, format } = useText();
  const texts = useLabelTexts();
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
  const labelled = [...texts.countsOf(summary), ...texts.splitsOf(summary.splits ?? {})];
  const counted = (key: 'warnings' | 'errors' | 'besides', count: number) =>
    t(`validation.${key}`, { count, formatted: format.number(count) });
  const found = [counted('errors', errorCount), warningCount > 0 && counted('besides', warningCount)];
  const passed = warningCount > 0 ? counted('warnings', warningCount) : t('validation.ok');
  const outcome = ok ? passed : found.filter(Boolean).join(', ');
  return (
    <Stack gap="sm">
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Box mt={2}>
          <SeverityIcon severity={!ok ? 'error' : warningCount > 0 ? 'warning' : 'ok'} />
        </Box>
        <div>
          <Text size="sm" fw={600}>
            {outcome}
          </Text>
          <Note style={{ overflowWrap: 'anywhere' }}>{texts.formatOf(summary)}</Note>
          {summary.images > 0 && <Note>{facts.join(' · ')}</Note>}
          {summary.leftOut > 0 && (
            <Note>
              {t('validation.leftOut', {
                count: summary.leftOut,
                formatted: format.number(summary.leftOut),
              })}
            </Note>
          )}
          {labelled.length > 0 && <Note>{labelled.join(' · ')}</Note>}
        </div>
      </Group>
      {errorCount + warningCount > 0 && (
        <ProblemsTable
          errors={errors}
          warnings={warnings}
          more={moreErrors + moreWarnings}
          counts={[...validation.errorCounts, ...validation.warningCounts]}
        />
      )}
    </Stack>
  );
}
