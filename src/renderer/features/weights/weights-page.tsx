import { Box, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCloudDownload, IconFilePlus, IconWeight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { CardsPage, usePageSearch } from '../../components/cards-page.tsx';
import { code, DataTable, number } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { usePages } from '../../components/pages/use-pages.ts';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { AddDialog } from './add-dialog.tsx';
import { PullDialog } from './pull-dialog.tsx';
import { WeightsCard, weightsCardHeight } from './weights-card.tsx';

/** The stored weights, those in the hubs' caches, and the ways to get others. */
export function WeightsPage() {
  const { t } = useText();
  const navigate = useNavigate({ from: '/weights' });
  const [adding, add] = useDisclosure(false);
  const [pulling, pull] = useDisclosure(false);
  const [wish, setWish] = useState<{ readonly model: string; readonly name: string } | null>(null);
  const openPull = (begun: typeof wish) => {
    setWish(begun);
    pull.open();
  };
  const find = usePageSearch(
    useSearch({ from: '/weights' }).search,
    (search) => void navigate({ search: { search }, replace: true }),
  );
  const pages = usePages(find.search, (page) =>
    queries.weights.list.queryOptions({
      input: find.search === '' ? page : { ...page, search: find.search },
      select: ({ weights: items, ...rest }) => ({ items, ...rest }),
    }),
  );
  const { data } = useQuery(queries.runs.models.queryOptions({ input: {} }));
  const models = (data?.models ?? []).flatMap(({ id }) => (id.startsWith('builtin/') ? [] : [id]));
  return (
    <CardsPage
      noun="weights"
      icon={IconWeight}
      find={find}
      pages={pages}
      card={(weights, place) => (
        <WeightsCard key={weights.id} weights={weights} place={place} onPull={openPull} />
      )}
      cardHeight={weightsCardHeight}
      action={
        <Group gap="xs">
          <Button variant="default" leftSection={<IconFilePlus size={16} aria-hidden />} onClick={add.open}>
            {t('weights.add')}
          </Button>
          <Button leftSection={<IconCloudDownload size={16} aria-hidden />} onClick={() => openPull(null)}>
            {t('weights.pull')}
          </Button>
        </Group>
      }
    >
      <Cached />
      <AddDialog opened={adding} onClose={add.close} models={models} />
      <PullDialog opened={pulling} onClose={pull.close} models={models} wish={wish} />
    </CardsPage>
  );
}

/** What libraries put on the engine's machine by themselves; nothing where they put nothing. */
function Cached() {
  const { t, format } = useText();
  const { data } = useQuery(queries.weights.cached.queryOptions({ input: {} }));
  if (!data || data.weights.length === 0) return null;
  return (
    <Box mt="xl">
      <Section title={t('weights.cached')}>
        <Note mb="sm">{t('weights.cachedHint')}</Note>
        <DataTable
          minWidth={600}
          rows={data.weights}
          rowKey={({ file }) => file}
          columns={[
            [t('weights.model'), ({ model }) => model],
            [t('weights.size'), ({ sizeBytes }) => format.bytes(sizeBytes), number],
            [t('weights.file'), ({ file }) => file, code],
          ]}
        />
      </Section>
    </Box>
  );
}
