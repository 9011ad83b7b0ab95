import { useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import type { RunSort, RunStatus } from '../../../shared/model/run.ts';
import { queries } from '../../rpc/client.ts';

export const pageSize = 100;

export interface RunFilter {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly search?: string;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

/**
 * The list's pages from `first` to `last`: only what is in view is read, and read again when it changes. `total` is null until the first
 * answer; a run is null until its page has come.
 */
export function useRunPages(filter: RunFilter, first: number, last: number) {
  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, index) =>
      queries.runs.list.queryOptions({
        input: { ...filter, offset: (first + index) * pageSize, limit: pageSize },
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
  return {
    total: answered ?? known,
    error: pages.find((page) => page.error)?.error ?? null,
    runAt: (index: number): RunSummary | null =>
      pages[Math.floor(index / pageSize) - first]?.data?.runs[index % pageSize] ?? null,
    retry: () => {
      for (const page of pages) if (page.error) void page.refetch();
    },
  };
}
