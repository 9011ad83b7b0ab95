import { Button, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FileProgress, notCounted } from '../../components/file-progress.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ValidationReport } from '../../components/validation-report.tsx';
import type { Check } from './use-check.ts';

/** A check under way, with a way to end it, and what it found. */
export function CheckPanel({ check }: { readonly check: Check }) {
  const { t } = useTranslation();
  return (
    <>
      {check.isPending && (
        <Stack gap="xs" role="status">
          <FileProgress progress={check.progress ?? notCounted} />
          <Group justify="flex-end">
            <Button variant="default" size="xs" onClick={check.reset}>
              {t('datasets.stopCheck')}
            </Button>
          </Group>
        </Stack>
      )}
      {check.error !== null && <ProblemAlert error={check.error} />}
      {check.data && <ValidationReport validation={check.data} />}
    </>
  );
}
