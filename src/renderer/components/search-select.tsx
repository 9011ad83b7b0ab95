import { Select, type SelectProps, Text } from '@mantine/core';
import { useText } from '../i18n/use-text.ts';
import type { useSearchText } from './cards-page.tsx';
import classes from './search-select.module.css';

/** The properties of a Select that {@link SearchSelect} leaves to whoever uses it. */
export interface SearchField extends Omit<SelectProps, 'data' | 'filter' | 'searchable' | 'value'> {
  /** An id. */
  readonly value: string | null;
}

interface SearchSelectProps extends SearchField {
  /** What is offered now, and the choice: labels by their ids. */
  readonly labels: ReadonlyMap<string, string>;
  /** What is offered and can't be chosen: why, by its id. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Says that the choice gives the field its name only: it is not what is searched for. */
  readonly unfound: boolean;
  readonly find: ReturnType<typeof useSearchText>;
}

/** As many as the list beside the field holds; typing finds the others. */
export const mostOffered = 30;

/** Chooses one of more things than a page reads: what is typed is searched by the engine, not among the options. */
export function SearchSelect({ labels, refused, unfound, find, ...field }: SearchSelectProps) {
  const { t } = useText();
  return (
    <Select
      {...field}
      searchable
      classNames={{ option: classes.option ?? '' }}
      data={[...labels].map(([value, label]) => ({ value, label, disabled: refused?.has(value) ?? false }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          {refused?.has(option.value) && <Text size="xs">{refused.get(option.value)}</Text>}
        </div>
      )}
      filter={({ options }) =>
        unfound ? options.filter((one) => !('value' in one) || one.value !== field.value) : options
      }
      searchValue={find.typed}
      onSearchChange={find.setTyped}
      nothingFoundMessage={t('common.noMatch')}
    />
  );
}
