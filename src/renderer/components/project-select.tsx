import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { queries } from '../rpc/client.ts';
import { namesNothing } from '../rpc/problem.ts';
import { useSearchText } from './cards-page.tsx';
import { mostOffered, type SearchField, SearchSelect } from './search-select.tsx';

/**
 * The project of this id or name; without one the newest.
 * @returns `project` is null while it is not known, and where there is none; `isGone` says that nothing is called so
 */
export function useProject(reference: string | null) {
  const named = useQuery(
    queries.projects.show.queryOptions({ input: reference === null ? skipToken : { project: reference } }),
  );
  const newest = useQuery(
    queries.projects.list.queryOptions({ input: reference === null ? { limit: 1 } : skipToken }),
  );
  const query = reference === null ? newest : named;
  const isGone = namesNothing(named.error);
  return {
    project: (reference === null ? newest.data?.projects[0] : named.data) ?? null,
    isGone,
    isSuccess: query.isSuccess || isGone,
    error: isGone ? null : query.error,
    refetch: query.refetch,
  };
}

/** Chooses one of all projects, which the engine searches. */
export function ProjectSelect({ value, ...field }: SearchField) {
  const find = useSearchText();
  const chosen = useProject(value).project;
  // What stands in the field is the choice itself until somebody types.
  const wanted = value !== null && find.search === chosen?.name ? '' : find.search;
  const found = useQuery(
    queries.projects.list.queryOptions({
      input: { limit: mostOffered, ...(wanted !== '' && { search: wanted }) },
      placeholderData: keepPreviousData,
    }),
  );
  const labels = new Map((found.data?.projects ?? []).map(({ id, name }) => [id, name]));
  const unfound = wanted !== '' && value !== null && !labels.has(value);
  if (value !== null && chosen) labels.set(value, chosen.name);
  return <SearchSelect {...field} {...{ value, labels, unfound, find }} />;
}
