import { SimpleGrid, Skeleton, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, type TablerIcon } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { EmptyState } from './empty-state.tsx';
import { Page } from './page.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** What is typed into a field that searches, and what to search for once typing rests. */
export function useSearchText(restMs = 200) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), restMs);
  return { typed, setTyped, search };
}

interface CardsPageProps<Item> {
  readonly noun: 'projects' | 'datasets';
  readonly icon: TablerIcon;
  readonly find: ReturnType<typeof useSearchText>;
  readonly query: UseQueryResult<unknown>;
  readonly items: readonly Item[] | undefined;
  readonly card: (item: Item) => ReactNode;
  readonly cardHeight: number;
  /** The button that makes one. */
  readonly action: ReactNode;
  /** Its dialog. */
  readonly children: ReactNode;
}

/** All things of a kind as cards, found by a text. */
export function CardsPage<Item>({ noun, find, query, items, action, ...props }: CardsPageProps<Item>) {
  const { t } = useText();
  const bare = items?.length === 0 && find.search === '';
  return (
    <Page title={t(`nav.${noun}`)} subtitle={t(`${noun}.subtitle`)} actions={bare ? undefined : action}>
      {!bare && (
        <TextInput
          mb="md"
          maw={320}
          leftSection={<IconSearch size={16} aria-hidden />}
          placeholder={t(`${noun}.search`)}
          aria-label={t(`${noun}.search`)}
          value={find.typed}
          onChange={(event) => find.setTyped(event.currentTarget.value)}
        />
      )}
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {items?.length === 0 && (
        <EmptyState
          icon={props.icon}
          title={bare ? t(`${noun}.none`) : t('common.noMatch')}
          hint={bare ? t(`${noun}.noneHint`) : t('common.noMatchHint')}
          action={bare && action}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {query.isPending &&
          [1, 2, 3].map((key) => <Skeleton key={key} height={props.cardHeight} radius="md" />)}
        {items?.map(props.card)}
      </SimpleGrid>
      {props.children}
    </Page>
  );
}
