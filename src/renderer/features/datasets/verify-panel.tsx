import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ProblemsTable } from '../../components/problems-table.tsx';
import { engine } from '../../rpc/client.ts';

/** Compares a version's files with its manifest and says what changed. */
export function VerifyPanel({ dataset, version }: { readonly dataset: string; readonly version: number }) {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: () => engine.datasets.verify({ dataset, version }) });
  const { data, error } = verify;
  return (
    <Section title={t('verify.title')} mb={0}>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('verify.hint')}
        </Text>
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
