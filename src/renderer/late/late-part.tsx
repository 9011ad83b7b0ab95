import { Skeleton } from '@mantine/core';
import { type ComponentType, Fragment, type ReactNode, useState, useSyncExternalStore } from 'react';
import { Page, PageSkeleton } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { useText } from '../i18n/use-text.ts';
import { LatePart } from './late-parts.ts';

/** A part that is fetched when it is first shown, or earlier while the browser is idle. */
function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode,
  Frame: ComponentType<{ readonly children: ReactNode }>,
): (props: Props) => ReactNode {
  const part = new LatePart(load);
  return function Late(props: Props) {
    useState(part.fetch);
    const state = useSyncExternalStore(part.subscribe, part.snapshot);
    if (state.at === 'there') return <state.value {...props} />;
    if (state.at !== 'failed') return waiting;
    return (
      <Frame>
        <ProblemAlert error={state.error} onRetry={part.fetch} />
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
