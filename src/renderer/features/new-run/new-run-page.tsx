import { IconDatabaseOff } from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { tasksOf } from '../../../shared/model/label-counts.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { GonePage } from '../../components/found.tsx';
import { LinkButton } from '../../components/links.tsx';
import { Page, PageSkeleton } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useProject } from '../../components/project-select.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';
import { NewRunForm } from './new-run-form.tsx';
import { blank, prefilledByRun } from './prefilled.ts';

/** A form that becomes a training of what the address names, by id or name. Something else is never put in its place. */
export function NewRunPage() {
  const { t } = useText();
  const search = useSearch({ from: '/runs/new' });
  const source = useQuery(
    queries.runs.show.queryOptions({ input: search.from === undefined ? skipToken : { run: search.from } }),
  );
  const begun = source.data ?? null;
  const asked = search.project ?? begun?.project.id;
  const askedDataset = search.dataset ?? begun?.dataset?.id;
  const version = search.version ?? (search.dataset === undefined ? begun?.dataset?.version : undefined);
  const named = useQuery(
    queries.datasets.show.queryOptions({
      input: askedDataset === undefined ? skipToken : { dataset: askedDataset },
    }),
  );
  const dataset = named.data ?? null;
  // The named one, else one that has the named dataset, else the newest.
  const known = useProject(asked ?? dataset?.projects[0]?.id ?? null);
  const page = (content: ReactNode) => (
    <Page title={t('runs.new')} subtitle={t('newRun.subtitle')} under="runs">
      {content}
    </Page>
  );
  if (askedDataset !== undefined && namesNothing(named.error))
    return <GonePage noun="dataset" name={askedDataset} />;
  if (asked !== undefined && known.isGone) return <GonePage noun="project" name={asked} />;
  if (search.from !== undefined && namesNothing(source.error))
    return <GonePage noun="run" name={search.from} />;
  const failed = [known, named, source].find((query) => query.error);
  if (failed) return page(<ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />);
  if (search.from !== undefined && !begun) return <PageSkeleton />;
  if (!known.isSuccess || (askedDataset !== undefined && !named.data)) return <PageSkeleton />;

  const unfit = (title: string, hint: string) =>
    page(
      <EmptyState
        icon={IconDatabaseOff}
        title={title}
        hint={hint}
        action={
          <LinkButton to="/datasets/$datasetId" params={{ datasetId: dataset?.id ?? '' }}>
            {t('gone.open')}
          </LinkButton>
        }
      />,
    );
  if (dataset?.version === null)
    return unfit(t('gone.notReady'), t('gone.notReadyHint', { name: dataset.name }));
  if (dataset && version !== undefined && !dataset.versions.some((one) => one.version === version)) {
    const versions = dataset.versions.map((one) => `v${one.version}`).join(', ');
    return unfit(t('gone.version', { version }), t('gone.versionHint', { name: dataset.name, versions }));
  }
  const wanted = dataset?.versions.find((one) => one.version === (version ?? dataset.version));
  if (wanted && tasksOf(wanted.labels).length === 0)
    return unfit(t('labels.notTrained'), t('labels.notTrainedHint'));
  return page(
    <NewRunForm
      key={JSON.stringify(search)}
      firstProject={known.project?.id ?? null}
      named={dataset}
      version={version ?? null}
      prefilled={begun ? prefilledByRun(begun) : blank}
      unread={begun?.unread ?? []}
    />,
  );
}
