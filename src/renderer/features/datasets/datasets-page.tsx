import { Button } from '@mantine/core';
import { IconDatabase, IconDatabaseImport } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CardsPage, useSearchText } from '../../components/cards-page.tsx';
import { DatasetCard } from '../../components/dataset-card.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { ImportDialog } from './import-dialog.tsx';

/** All datasets, and the way to import one. */
export function DatasetsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { import: importing, project } = useSearch({ from: '/datasets' });
  const find = useSearchText();
  const list = useQuery(
    queries.datasets.list.queryOptions({
      input: find.search === '' ? {} : { search: find.search },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <CardsPage
      noun="datasets"
      icon={IconDatabase}
      find={find}
      query={list}
      items={list.data?.datasets}
      card={(dataset) => <DatasetCard key={dataset.id} dataset={dataset} />}
      cardHeight={178}
      action={
        <Button
          leftSection={<IconDatabaseImport size={16} aria-hidden />}
          onClick={() => void navigate({ to: '/datasets', search: { import: true } })}
        >
          {t('datasets.import')}
        </Button>
      }
    >
      <ImportDialog
        opened={importing === true}
        onClose={() => void navigate({ to: '/datasets', search: {}, replace: true })}
        project={project ?? null}
      />
    </CardsPage>
  );
}
