import { Skeleton } from '@mantine/core';
import { type ComponentType, type ReactNode, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Page, PageSkeleton } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { LatePart } from './late-parts.ts';

function usePart<Props extends object>(part: LatePart<ComponentType<Props>>) {
  useState(part.fetch);
  return useSyncExternalStore(part.subscribe, part.snapshot);
}

/** A page that is fetched when it is first visited, or earlier while the browser is idle. Where that fails the frame stays, and says so. */
export function latePage(load: () => Promise<ComponentType>): () => ReactNode {
  const part = new LatePart(load);
  return function LatePage() {
    const { t } = useTranslation();
    const state = usePart(part);
    if (state.at === 'failed') {
      return (
        <Page title={t('common.failed')}>
          <ProblemAlert error={state.error} onRetry={part.fetch} />
        </Page>
      );
    }
    if (state.at !== 'there') return <PageSkeleton />;
    const Found = state.value;
    return <Found />;
  };
}

/** A part of a page, likewise: what stands around it goes on. */
export function lateSection<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => ReactNode {
  const part = new LatePart(load);
  return function LateSection(props: Props) {
    const state = usePart(part);
    if (state.at === 'failed') return <ProblemAlert error={state.error} onRetry={part.fetch} />;
    if (state.at !== 'there') return <Skeleton height={420} radius="md" />;
    const Found = state.value;
    return <Found {...props} />;
  };
}
