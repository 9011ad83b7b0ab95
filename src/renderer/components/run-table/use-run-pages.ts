import { useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import { queries } from '../../rpc/client.ts';
import type { RunSort } from './run-sorts.ts';

export const pageSize = 100;

export interface RunFilter {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly search?: string;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

/** A row's place in the list; its run is null until its page has come. */
export interface RunSlot {
  readonly index: number;
  readonly run: RunSummary | null;
}

export interface RunPages {
  readonly slots: readonly RunSlot[];
  /** Null until the first answer. */
  readonly total: number | null;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The list's pages from `first` to `last`: only what is in view is read, and read again when it changes. */
export function useRunPages(filter: RunFilter, first: number, last: number): RunPages {
  const wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const pages = useQueries({
    queries: wanted.map((page) =>
      queries.runs.list.queryOptions({
        input: { ...filter, offset: page * pageSize, limit: pageSize },
        staleTime: 2000,
      }),
    ),
  });
  const answered = pages.find((page) => page.data)?.data?.total ?? null;
  // While another page or filter is on its way the list keeps its length: it would jump otherwise.
  const [known, setKnown] = useState<number | null>(null);
  useEffect(() => {
    if (answered !== null) setKnown(answered);
  }, [answered]);
  const total = answered ?? known;
  const error = pages.find((page) => page.error)?.error ?? null;
  const version = pages.map((page) => page.dataUpdatedAt).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says when an answer changed; the array around them is always another
  const slots = useMemo(
    () =>
      Array.from({ length: total ?? 0 }, (_, index): RunSlot => {
        const page = pages[Math.floor(index / pageSize) - first]?.data?.runs;
        return { index, run: page?.[index % pageSize] ?? null };
      }),
    [total, first, version],
  );
  const retry = () => {
    for (const page of pages) if (page.error) void page.refetch();
  };
  return { slots, total, error, retry };
}
