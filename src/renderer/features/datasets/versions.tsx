import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { code, DataTable, number, ShortHash } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine } from '../../rpc/client.ts';
import { ProblemsTable } from './problems-table.tsx';
import type { Version } from './shown-types.ts';

/** Compares a version's files with its manifest and says what changed. */
export function VerifyPanel({ dataset, version }: { readonly dataset: string; readonly version: number }) {
  const { t } = useText();
  const verify = useMutation({ mutationFn: () => engine.datasets.verify({ dataset, version }) });
  const { data, error } = verify;
  return (
    <Section title={t('verify.title')} mb={0}>
      <Group justify="space-between" mb="sm">
        <Note>{t('verify.hint')}</Note>
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={16} aria-hidden />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t('verify.run')}
        </Button>
      </Group>
      <Stack gap="sm" role="status">
        {error && <ProblemAlert error={error} onRetry={() => verify.mutate()} />}
        {data?.ok && (
          <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={t('verify.ok', { version })} />
        )}
        {data && !data.ok && <ProblemsTable errors={data.problems} warnings={[]} />}
      </Stack>
    </Section>
  );
}

interface VersionTableProps {
  readonly versions: readonly Version[];
  readonly shown: number | null;
  readonly onShow: (version: number) => void;
}

/** A dataset's versions: none ever changes. */
export function VersionTable({ versions, shown, onShow }: VersionTableProps) {
  const { t, format } = useText();
  if (versions.length === 0) return null;
  return (
    <Section title={t('datasets.versions')}>
      <DataTable
        minWidth={640}
        rows={versions}
        rowKey={({ version }) => version}
        columns={[
          [
            t('datasets.version'),
            ({ version, correctedSizes }) => (
              <>
                <Text size="sm" fw={600}>
                  v{version}
                </Text>
                {correctedSizes !== null && correctedSizes > 0 && (
                  <Note size="xs">{t('datasets.correctedSizes', { count: correctedSizes })}</Note>
                )}
              </>
            ),
          ],
          [t('datasets.imageCount'), ({ images }) => format.number(images), number],
          [t('datasets.size'), ({ sizeBytes }) => format.bytes(sizeBytes), number],
          [t('datasets.kept'), ({ mode }) => t(`datasets.modes.${mode}`)],
          [t('datasets.hash'), ({ manifestSha256 }) => <ShortHash hash={manifestSha256} length={12} />, code],
          [t('runs.created'), ({ createdAt }) => <TimeText time={createdAt} />],
          [
            '',
            ({ version }) => (
              <Button
                size="compact-xs"
                variant="default"
                disabled={version === shown}
                onClick={() => onShow(version)}
              >
                {t(version === shown ? 'datasets.shown' : 'datasets.show')}
              </Button>
            ),
            { ta: 'right' },
          ],
        ]}
      />
    </Section>
  );
}
