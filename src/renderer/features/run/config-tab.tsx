import { SimpleGrid, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { flatten } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-view.tsx';

const groups = ['task', 'model', 'dataset', 'training', 'resources'] as const;

/** What a run trains, readable, and as the document it is. */
export function ConfigTab({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const shown = (value: string | number | boolean | null) =>
    value === null ? '–' : typeof value === 'boolean' ? (value ? t('common.yes') : t('common.no')) : value;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <div className="surface" style={{ padding: '14px 18px' }}>
        {groups.map((group) => (
          <section key={group} aria-label={t(`config.${group}`)} style={{ marginBottom: 18 }}>
            <Title order={2} size={14} mb={4}>
              {t(`config.${group}`)}
            </Title>
            <Facts
              facts={Object.entries(flatten(run.config[group])).map(([path, value]) => [path, shown(value)])}
            />
          </section>
        ))}
      </div>
      <section aria-labelledby="config-json">
        <Title order={2} size={14} mb="xs" id="config-json">
          {t('config.document')}
        </Title>
        <JsonView value={run.config} maxHeight={760} />
      </section>
    </SimpleGrid>
  );
}
