import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { AddDestinationDialog } from './add-destination-dialog.tsx';
import { DestinationRow } from './destination-row.tsx';

/** How far a copy is changes without notice. */
const busyMs = 1000;

/** Where copies of the snapshots are kept, how that goes, and the way to change it. */
export function DestinationsSection() {
  const { t } = useText();
  const [added, add] = useDisclosure(false);
  const { data, error, refetch } = useQuery(
    queries.backups.destinations.queryOptions({
      refetchInterval: ({ state }) =>
        state.data?.destinations.some(({ isBusy }) => isBusy) ? busyMs : false,
    }),
  );
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const { destinations } = data;
  const button = (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={add.open}
    >
      {t('backupDestinations.add')}
    </Button>
  );
  return (
    <Section title={t('backupDestinations.title')}>
      {destinations.length === 0 ? (
        <Group className="surface panel" justify="space-between" gap="8px 16px">
          <Note>{t('backupDestinations.none')}</Note>
          {button}
        </Group>
      ) : (
        <>
          <ul className="surface divided plain-list">
            {destinations.map((destination) => (
              <DestinationRow key={destination.id} destination={destination} />
            ))}
          </ul>
          <Group mt="sm">{button}</Group>
        </>
      )}
      <AddDestinationDialog opened={added} onClose={add.close} />
    </Section>
  );
}
