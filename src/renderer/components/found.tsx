import { IconMapOff } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useText } from '../i18n/use-text.ts';
import { namesNothing } from '../rpc/problem.ts';
import { EmptyState } from './empty-state.tsx';
import { LinkButton } from './links.tsx';
import { Page, PageSkeleton } from './page.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** What an address may name one of. */
type Noun = 'project' | 'dataset' | 'run';

/** Says that what an address names is not there, and leads to the list of its kind. */
export function GonePage({ noun, name }: { readonly noun: Noun; readonly name: string }) {
  const { t } = useText();
  return (
    <Page title={name} under={`${noun}s`}>
      <EmptyState
        icon={IconMapOff}
        title={t(`gone.${noun}.title`)}
        hint={t('gone.hint', { name })}
        action={<LinkButton to={`/${noun}s`}>{t(`gone.${noun}.back`)}</LinkButton>}
      />
    </Page>
  );
}

interface FoundProps<T> {
  readonly noun: Noun;
  /** As it stands in the address. */
  readonly name: string;
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** The page of one thing; in its place what is said until it has come, where it is not there, and where it cannot be had. */
export function Found<T>({ noun, name, query, children }: FoundProps<T>) {
  if (query.isPending) return <PageSkeleton />;
  if (!query.error) return children(query.data);
  if (namesNothing(query.error)) return <GonePage noun={noun} name={name} />;
  return (
    <Page title={name} under={`${noun}s`}>
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
    </Page>
  );
}
