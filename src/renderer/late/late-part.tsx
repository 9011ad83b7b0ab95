import { Skeleton } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ComponentType, Fragment, type ReactNode } from 'react';
import { Page, PageSkeleton } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { useText } from '../i18n/use-text.ts';
import { queryClient } from '../rpc/client.ts';

/** Fetches each part that has not come yet. */
const fetches: (() => Promise<void>)[] = [];

const forGood = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY };

/** A part that is fetched when it is first shown, or earlier while the browser is idle. */
function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode,
  Frame: ComponentType<{ readonly children: ReactNode }>,
): (props: Props) => ReactNode {
  const part = queryOptions({ queryKey: ['part', fetches.length], queryFn: load, ...forGood });
  fetches.push(() => queryClient.prefetchQuery(part));
  return function Late(props: Props) {
    const { data: Part, error, refetch } = useQuery(part);
    if (Part) return <Part {...props} />;
    if (!error) return waiting;
    return (
      <Frame>
        <ProblemAlert error={error} onRetry={() => void refetch()} />
      </Frame>
    );
  };
}

function FailedPage({ children }: { readonly children: ReactNode }) {
  const { t } = useText();
  return <Page title={t('common.failed')}>{children}</Page>;
}

/** A page that comes late. Where it can't be fetched the frame stays, and says so. */
export const latePage = (load: () => Promise<ComponentType>) => late(load, <PageSkeleton />, FailedPage);

/** A part of a page, likewise: what stands around it goes on. */
export const lateSection = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  late(load, <Skeleton height={420} radius="md" />, Fragment);

/** A module that is fetched when somebody first needs it, or earlier while the browser is idle. */
export function lateModule<Module extends object>(load: () => Promise<Module>): () => Promise<Module> {
  const part = queryOptions({ queryKey: ['part', fetches.length], queryFn: load, ...forGood });
  fetches.push(() => queryClient.prefetchQuery(part));
  return () => queryClient.fetchQuery(part);
}

const idle = () =>
  new Promise<void>((resolve) => {
    // Safari has no such callback.
    if (!('requestIdleCallback' in globalThis)) setTimeout(resolve, 500);
    else requestIdleCallback(() => resolve(), { timeout: 2000 });
  });

/** Fetches every part, one after another, whenever the browser has nothing to do: then none needs the network when it is wanted. */
export async function fetchPartsWhenIdle(): Promise<void> {
  // Parts may bring further ones.
  for (const fetch of fetches) {
    await idle();
    await fetch();
  }
}
