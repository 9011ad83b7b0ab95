import { Select, type SelectProps } from '@mantine/core';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';
import { namesNothing } from '../rpc/problem.ts';
import { useSearchText } from './cards-page.tsx';

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

/** As many as the list beside the field holds; typing finds the others. */
const offered = 30;

interface ProjectSelectProps extends Omit<SelectProps, 'data' | 'filter' | 'value' | 'searchable'> {
  /** An id. */
  readonly value: string | null;
}

/** Chooses one of all projects, which the engine searches. */
export function ProjectSelect({ value, ...field }: ProjectSelectProps) {
  const { t } = useText();
  const { typed, setTyped, search } = useSearchText();
  const chosen = useProject(value).project;
  // What stands in the field is the choice itself until somebody types.
  const wanted = value !== null && search === chosen?.name ? '' : search;
  const found = useQuery(
    queries.projects.list.queryOptions({
      input: { limit: offered, ...(wanted !== '' && { search: wanted }) },
      placeholderData: keepPreviousData,
    }),
  );
  const names = new Map((found.data?.projects ?? []).map(({ id, name }) => [id, name]));
  if (value !== null && chosen) names.set(value, chosen.name);
  return (
    <Select
      {...field}
      searchable
      value={value}
      data={[...names].map(([id, label]) => ({ value: id, label }))}
      filter={({ options }) => options}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t('common.noMatch')}
    />
  );
}
