import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import type { Dataset } from '../../../shared/contract/datasets.ts';
import { useSearchText } from '../../components/cards-page.tsx';
import { mostOffered, type SearchField, SearchSelect } from '../../components/search-select.tsx';
import { queries } from '../../rpc/client.ts';

type Offered = Pick<Dataset, 'id' | 'name' | 'version'>;

interface DatasetSelectProps extends SearchField {
  readonly project: string | null;
  /** What it offers before anybody types: the newest ones of the project. */
  readonly newest: readonly Offered[];
  readonly labelOf: (dataset: Offered) => string;
}

/** Chooses one of a project's datasets. The engine searches them. */
export function DatasetSelect({ project, newest, labelOf, value, ...field }: DatasetSelectProps) {
  const find = useSearchText();
  // What stands in the field is the choice itself until somebody types.
  const wanted = newest.some((one) => labelOf(one) === find.search) ? '' : find.search;
  const found = useQuery(
    queries.datasets.list.queryOptions({
      input: project === null || wanted === '' ? skipToken : { project, search: wanted, limit: mostOffered },
      placeholderData: keepPreviousData,
    }),
  );
  const chosen = newest.filter(({ id }) => id === value);
  const others =
    wanted === '' ? newest : (found.data?.datasets ?? []).filter(({ version }) => version !== null);
  const offered = [...chosen, ...others];
  const labels = new Map(offered.map((one) => [one.id, labelOf(one)]));
  const unfound = !others.some(({ id }) => id === value);
  return <SearchSelect {...field} {...{ value, labels, unfound, find }} />;
}
