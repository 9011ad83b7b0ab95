import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ProblemsTable } from '../../components/problems-table.tsx';
import { engine } from '../../rpc/client.ts';

interface VerifyPanelProps {
  readonly dataset: string;
  readonly version: number;
}

/** Compares a version's files with its manifest and says what changed. */
export function VerifyPanel({ dataset, version }: VerifyPanelProps) {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: () => engine.datasets.verify({ dataset, version }) });
  return (
    <section aria-labelledby="dataset-verify">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size={16} id="dataset-verify">
            {t('verify.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('verify.hint')}
          </Text>
        </div>
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
        {verify.error && <ProblemAlert error={verify.error} onRetry={() => verify.mutate()} />}
        {verify.data?.ok && (
          <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={t('verify.ok', { version })} />
        )}
        {verify.data && !verify.data.ok && <ProblemsTable errors={verify.data.problems} warnings={[]} />}
      </Stack>
    </section>
  );
}
