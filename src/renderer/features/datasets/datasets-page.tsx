import { Button } from '@mantine/core';
import { IconDatabase, IconDatabaseImport } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CardsPage, usePageSearch } from '../../components/cards-page.tsx';
import { DatasetCard, datasetCardHeight } from '../../components/dataset-card.tsx';
import { usePages } from '../../components/pages/use-pages.ts';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { ImportDialog } from './import-dialog.tsx';
import { Inbox } from './inbox.tsx';

/** All datasets, and the way to import one. */
export function DatasetsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { import: importing, project, source, search: kept } = useSearch({ from: '/datasets' });
  const find = usePageSearch(
    kept,
    (search) => void navigate({ to: '/datasets', search: (old) => ({ ...old, search }), replace: true }),
  );
  const pages = usePages(find.search, (page) =>
    queries.datasets.list.queryOptions({
      input: find.search === '' ? page : { ...page, search: find.search },
      select: ({ datasets: items, ...rest }) => ({ items, ...rest }),
    }),
  );
  return (
    <CardsPage
      noun="datasets"
      icon={IconDatabase}
      find={find}
      pages={pages}
      card={(dataset, place) => <DatasetCard key={dataset.id} dataset={dataset} place={place} />}
      cardHeight={datasetCardHeight}
      above={
        <Inbox
          onImport={(found) =>
            void navigate({ to: '/datasets', search: { import: true, source: found, search: kept } })
          }
        />
      }
      action={
        <Button
          leftSection={<IconDatabaseImport size={16} aria-hidden />}
          onClick={() => void navigate({ to: '/datasets', search: { import: true, search: kept } })}
        >
          {t('datasets.import')}
        </Button>
      }
    >
      <ImportDialog
        opened={importing === true}
        onClose={() => void navigate({ to: '/datasets', search: { search: kept }, replace: true })}
        project={project ?? null}
        source={source ?? ''}
      />
    </CardsPage>
  );
}
