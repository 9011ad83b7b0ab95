import { Group, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDebouncedValue } from '@mantine/hooks';
import { IconSearch, type TablerIcon } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { EmptyState } from './empty-state.tsx';
import { Note } from './note.ts';
import { Page } from './page.tsx';
import { CardGrid, type CardPlace } from './pages/card-grid.tsx';
import type { usePages } from './pages/use-pages.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** What is typed into a field that searches, and what to search for once typing rests. */
export function useSearchText(restMs = 200) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), restMs);
  return { typed, setTyped, search };
}

/** The same for a page whose address has what is searched for: Back and a reload come to what was found, the page's own link to all. */
export function usePageSearch(kept: string | undefined, keep: (search: string | undefined) => void) {
  const [typed, setTyped] = useState(kept ?? '');
  const [seen, setSeen] = useState(kept);
  const [written, setWritten] = useState(kept);
  const write = useDebouncedCallback((text: string) => {
    const search = text.trim() === '' ? undefined : text.trim();
    setWritten(search);
    keep(search);
  }, 200);
  // The address is another one by a way that did not begin in the field.
  if (kept !== seen) {
    setSeen(kept);
    if (kept !== written) {
      setTyped(kept ?? '');
      setWritten(kept);
    }
  }
  return {
    typed,
    setTyped: (text: string) => {
      setTyped(text);
      write(text);
    },
    search: kept ?? '',
  };
}

interface CardsPageProps<Item> {
  readonly noun: 'projects' | 'datasets' | 'weights';
  readonly icon: TablerIcon;
  readonly find: ReturnType<typeof usePageSearch>;
  readonly pages: ReturnType<typeof usePages<Item, unknown, Error>>;
  readonly card: (item: Item, place: CardPlace) => ReactNode;
  readonly cardHeight: number;
  /** The button that makes one. */
  readonly action: ReactNode;
  /** Stands above the list. */
  readonly above?: ReactNode;
  /** Its dialog. */
  readonly children: ReactNode;
}

/** All things of a kind as cards, found by a text. */
export function CardsPage<Item>({ noun, find, pages, action, ...props }: CardsPageProps<Item>) {
  const { t, format } = useText();
  const { total, error, retry } = pages;
  const bare = total === 0 && find.search === '';
  return (
    <Page title={t(`nav.${noun}`)} subtitle={t(`${noun}.subtitle`)} actions={bare ? undefined : action}>
      {props.above}
      {!bare && (
        <Group mb="md" gap="md">
          <TextInput
            w={320}
            leftSection={<IconSearch size={16} aria-hidden />}
            placeholder={t(`${noun}.search`)}
            aria-label={t(`${noun}.search`)}
            value={find.typed}
            onChange={(event) => find.setTyped(event.currentTarget.value)}
          />
          <Note role="status" className="tabular">
            {total !== null && t(`${noun}.count`, { count: total, formatted: format.number(total) })}
          </Note>
        </Group>
      )}
      {error && <ProblemAlert error={error} onRetry={retry} />}
      {total === 0 && (
        <EmptyState
          icon={props.icon}
          title={bare ? t(`${noun}.none`) : t('common.noMatch')}
          hint={bare ? t(`${noun}.noneHint`) : t('common.noMatchHint')}
          action={bare && action}
        />
      )}
      {total !== 0 && (total !== null || !error) && (
        <CardGrid label={t(`nav.${noun}`)} pages={pages} card={props.card} cardHeight={props.cardHeight} />
      )}
      {props.children}
    </Page>
  );
}
