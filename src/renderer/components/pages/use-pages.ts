import { type QueryKey, type UseQueryOptions, useQueries } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';

/** As many as a list reads at once, and how far beyond what is in view it reads. */
const [pageSize, margin] = [100, 30];

/** A page of a list, as the engine answers it. */
export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total: number | null;
}

/** How a page is read: after a place, or so many items down; without either, the first one. */
type PageQuery<Item, Answer, Failure> = (page: {
  limit: number;
  after?: string;
  skip?: number;
}) => UseQueryOptions<Answer, Failure, PageOf<Item>, QueryKey>;

/** The items in view, by their numbers. */
interface Shown {
  readonly first: number;
  readonly last: number;
}

/** A page in view, or the one behind it, with its items once they have come. */
interface Page<Item> {
  readonly number: number;
  /** Where the page before ends; null where that one has not been read. */
  readonly after: string | null;
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Pages by their numbers: page n holds the items from n × 100. */
type Pages<Item> = readonly Page<Item>[];

const pageOf = (index: number) => Math.floor(index / pageSize);

function at<Item>(pages: Pages<Item>, number: number): Page<Item> {
  return pages.find((page) => page.number === number) ?? { number, after: null, items: [], next: null };
}

/** The pages with what one of them was answered: the next one begins where it says. */
function withAnswer<Item>(pages: Pages<Item>, number: number, { items, next }: PageOf<Item>): Pages<Item> {
  const page = at(pages, number);
  if (page.items === items && page.next === next) return pages;
  const others = pages.filter((other) => other.number !== number && other.number !== number + 1);
  const answered = [...others, { ...page, items, next }];
  // Items that came before under another place are shown until those of this one have come.
  return next === null ? answered : [...answered, { ...at(pages, number + 1), after: next }];
}

/**
 * A list of which only the pages in view are read, and read again when it changes; the first one always, because it says how many items
 * there are. A page begins where the one before it in view ends, so that none is shown twice or left out while one scrolls. Above, and
 * wherever one jumps, that is not known: such a page is read by its number, and holds what stands there then.
 * @param list another one for each filter and order
 * @returns `total` is null until the first answer. `count` is how many places there are to scroll through: `total`, or where the end is in
 * view, as many as lead there. An item is null until its page has come
 */
export function usePages<Item, Answer, Failure>(list: string, query: PageQuery<Item, Answer, Failure>) {
  const [{ first, last }, setShown] = useState<Shown>({ first: 0, last: 0 });
  const [state, setState] = useState<{ readonly list: string; readonly pages: Pages<Item> }>({
    list,
    pages: [],
  });
  const lastTotal = useRef<number | null>(null);
  const top = pageOf(Math.max(0, first - margin));
  const end = pageOf(Math.max(last, Math.min(last + margin, (lastTotal.current ?? 0) - 1)));
  // Of a page far from those in view the place is forgotten: what came and went since then would shift all that follow.
  const pages: Pages<Item> =
    state.list === list ? state.pages.filter(({ number }) => number >= top && number <= end + 1) : [];
  const inView = Array.from({ length: end - top + 1 }, (_, index) => top + index);
  const read = top === 0 ? inView : [0, ...inView];
  const answers = useQueries({
    queries: read.map((number) => {
      const { after } = at(pages, number);
      if (number === 0) return query({ limit: pageSize });
      return query(
        after === null ? { limit: pageSize, skip: number * pageSize } : { limit: pageSize, after },
      );
    }),
  });

  useEffect(() => {
    let known = pages;
    for (const [index, number] of read.entries()) {
      const answer = answers[index]?.data;
      if (answer && number >= top) known = withAnswer(known, number, answer);
    }
    if (known.length !== state.pages.length || known.some((page) => !state.pages.includes(page)))
      setState({ list, pages: known });
  });

  // While another filter's first page is on its way the list keeps its length: it would jump otherwise.
  const total = answers[0]?.data?.total ?? lastTotal.current;
  useEffect(() => {
    lastTotal.current = total;
  }, [total]);
  const final = pages.find(({ items, next }) => items.length > 0 && next === null);
  return {
    total,
    count: total !== null && final ? final.number * pageSize + final.items.length : total,
    /** Is to be called with what is in view. */
    onShown: useCallback((shown: Shown) => {
      setShown((old) => (old.first === shown.first && old.last === shown.last ? old : shown));
    }, []),
    error: answers.find((answer) => answer.error)?.error ?? null,
    itemAt: (index: number): Item | null => {
      const number = pageOf(index);
      return at(pages, number).items[index - number * pageSize] ?? null;
    },
    retry: () => {
      for (const answer of answers) if (answer.error) void answer.refetch();
    },
  };
}
