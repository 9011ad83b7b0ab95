import { Select, type SelectProps } from '@mantine/core';
import { useText } from '../i18n/use-text.ts';
import type { useSearchText } from './cards-page.tsx';

/** The properties of a Select that {@link SearchSelect} leaves to whoever uses it. */
export interface SearchField extends Omit<SelectProps, 'data' | 'filter' | 'searchable' | 'value'> {
  /** An id. */
  readonly value: string | null;
}

interface SearchSelectProps extends SearchField {
  /** What is offered now, and the choice: labels by their ids. */
  readonly labels: ReadonlyMap<string, string>;
  /** Says that the choice gives the field its name only: it is not what is searched for. */
  readonly unfound: boolean;
  readonly find: ReturnType<typeof useSearchText>;
}

/** As many as the list beside the field holds; typing finds the others. */
export const mostOffered = 30;

/** Chooses one of more things than a page reads: what is typed is searched by the engine, not among the options. */
export function SearchSelect({ labels, unfound, find, ...field }: SearchSelectProps) {
  const { t } = useText();
  return (
    <Select
      {...field}
      searchable
      data={[...labels].map(([value, label]) => ({ value, label }))}
      filter={({ options }) =>
        unfound ? options.filter((one) => !('value' in one) || one.value !== field.value) : options
      }
      searchValue={find.typed}
      onSearchChange={find.setTyped}
      nothingFoundMessage={t('common.noMatch')}
    />
  );
}
