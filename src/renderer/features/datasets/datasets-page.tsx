import { Button, SimpleGrid, Skeleton, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDatabase, IconDatabaseImport, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DatasetCard } from '../../components/dataset-card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { queries } from '../../rpc/client.ts';
import { ImportDialog } from './import-dialog.tsx';

/** All datasets, and the way to import one. */
export function DatasetsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { import: importing, project } = useSearch({ from: '/datasets' });
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const list = useQuery(
    queries.datasets.list.queryOptions({
      input: search === '' ? {} : { search },
      placeholderData: keepPreviousData,
    }),
  );
  const open = () => void navigate({ to: '/datasets', search: { import: true } });
  const close = () => void navigate({ to: '/datasets', search: {}, replace: true });
  const action = (
    <Button leftSection={<IconDatabaseImport size={16} aria-hidden />} onClick={open}>
      {t('datasets.import')}
    </Button>
  );
  const datasets = list.data?.datasets;
  const bare = datasets?.length === 0 && search === '';
  return (
    <Page title={t('nav.datasets')} subtitle={t('datasets.subtitle')} actions={bare ? undefined : action}>
      {!bare && (
        <TextInput
          mb="md"
          maw={320}
          leftSection={<IconSearch size={16} aria-hidden />}
          placeholder={t('datasets.search')}
          aria-label={t('datasets.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
      {datasets?.length === 0 && (
        <EmptyState
          icon={IconDatabase}
          title={bare ? t('datasets.none') : t('common.noMatch')}
          hint={bare ? t('datasets.noneHint') : t('common.noMatchHint')}
          action={bare ? action : undefined}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {list.isPending && [1, 2, 3].map((key) => <Skeleton key={key} height={178} radius="md" />)}
        {datasets?.map((dataset) => (
          <DatasetCard key={dataset.id} dataset={dataset} />
        ))}
      </SimpleGrid>
      <ImportDialog opened={importing === true} onClose={close} project={project ?? null} />
    </Page>
  );
}
