import { type QueryKey, type UseQueryOptions, useQueries } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

/** As many as a list reads at once, and on the way to a place far down. */
const [pageSize, largePageSize] = [100, 500];

/** A page of a list, as the engine answers it. */
export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total: number | null;
}

/** How the page after a place is read; the first one without a place. */
type PageQuery<Item, Answer, Failure> = (page: {
  limit: number;
  after?: string;
}) => UseQueryOptions<Answer, Failure, PageOf<Item>, QueryKey>;

/** The places in view, by their numbers. */
export interface Shown {
  readonly first: number;
  readonly last: number;
}

/** A page whose place is known, with its items once they have come. */
interface Page<Item> {
  /** Its first item's number, from 0. */
  readonly from: number;
  readonly limit: number;
  readonly after: string | undefined;
  readonly items: readonly Item[];
  readonly next: string | null;
}

const start = { from: 0, limit: pageSize, after: undefined, items: [], next: null };

/** The pages with what one of them was answered: the next one begins where it says. */
function withAnswer<Item>(
  pages: readonly Page<Item>[],
  index: number,
  { items, next }: PageOf<Item>,
  wanted: number,
): readonly Page<Item>[] {
  const page = pages[index];
  if (!page || (page.items === items && page.next === next)) return pages;
  const before = [...pages.slice(0, index), { ...page, items, next }];
  if (next === null) return before;
  const from = page.from + items.length;
  const limit = wanted - from > largePageSize ? largePageSize : pageSize;
  // Items that came before under another place are shown until those of this one have come.
  const following = pages[index + 1] ?? { from, limit, after: next, items: [], next: null };
  return [...before, { ...following, from, after: next }, ...pages.slice(index + 2)];
}

/**
 * A list of which only the pages in view are read, and read again when it changes; the first one always, because it says how many there
 * are. Pages are asked for one after the other up to those in view: where one begins the one before says.
 * @param list another one for each filter and order
 * @returns `total` is null until the first answer; an item is null until its page has come
 */
export function usePages<Item, Answer, Failure>(
  list: string,
  { first, last }: Shown,
  query: PageQuery<Item, Answer, Failure>,
) {
  const [state, setState] = useState<{ list: string; pages: readonly Page<Item>[] }>({
    list,
    pages: [start],
  });
  const pages = state.list === list ? state.pages : [start];
  const pageAt = (index: number) => pages.findLastIndex(({ from }) => from <= index);
  const [top, end] = [pageAt(first), pageAt(last)];
  const read = pages
    .map((_, index) => index)
    .filter((index) => index === 0 || (index >= top && index <= end));
  const answers = useQueries({
    queries: read.map((index) => {
      const { after, limit } = pages[index] ?? start;
      return query(after === undefined ? { limit } : { limit, after });
    }),
  });

  useEffect(() => {
    let known = pages;
    for (const [place, index] of read.entries()) {
      const answer = answers[place]?.data;
      if (answer) known = withAnswer(known, index, answer, last);
    }
    if (known !== pages) setState({ list, pages: known });
  });

  // While another filter's first page is on its way the list keeps its length: it would jump otherwise.
  const lastTotal = useRef<number | null>(null);
  const total = answers[0]?.data?.total ?? lastTotal.current;
  useEffect(() => {
    lastTotal.current = total;
  }, [total]);
  return {
    total,
    error: answers.find((answer) => answer.error)?.error ?? null,
    itemAt: (index: number): Item | null => {
      const page = pages[pageAt(index)];
      return page?.items[index - page.from] ?? null;
    },
    retry: () => {
      for (const answer of answers) if (answer.error) void answer.refetch();
    },
  };
}
