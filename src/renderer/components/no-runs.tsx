import { Box } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isOver } from '../../shared/model/import-phase.ts';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';
import { EmptyState } from './empty-state.tsx';
import { FileProgress, notCounted } from './import-progress.tsx';

/** How often a page that shows the sample being made asks whether it still is: nothing notifies it where that fails. */
const askAgainMs = 2000;

interface NoRunsProps {
  /** Leads to a new run. */
  readonly action: ReactNode;
  /** Only this project's runs are looked at. */
  readonly project?: string;
}

/** Stands in place of runs where there are none: what to do, or how far the sample is that a first start makes. */
export function NoRuns({ action, project }: NoRunsProps) {
  const { t } = useText();
  const info = useQuery(
    queries.system.info.queryOptions({
      refetchInterval: ({ state }) => (state.data?.makesSample ? askAgainMs : false),
    }),
  );
  const makesSample = info.data?.makesSample ?? false;
  const newest = useQuery(
    queries.datasets.list.queryOptions({
      input: { limit: 1, ...(project !== undefined && { project }) },
      enabled: makesSample,
    }),
  );
  if (info.isPending || newest.isLoading) return null;
  const [dataset] = newest.data?.datasets ?? [];
  const isElsewhere = project !== undefined && dataset === undefined;
  if (!makesSample || isElsewhere)
    return (
      <EmptyState icon={IconPlayerPlay} title={t('runs.none')} hint={t('runs.noneHint')} action={action} />
    );
  const progress = dataset?.import ?? notCounted;
  const isImported = dataset !== undefined && (dataset.import === null || isOver(progress.phase));
  return (
    <EmptyState
      icon={IconPlayerPlay}
      title={t('runs.sample')}
      hint={t(isImported ? 'runs.sampleStarts' : 'runs.sampleHint')}
      action={
        isImported ? undefined : (
          <Box w="100%" maw={440} role="status">
            <FileProgress progress={progress} />
          </Box>
        )
      }
    />
  );
}
