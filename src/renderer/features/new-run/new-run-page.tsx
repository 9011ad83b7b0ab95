import { IconDatabaseOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { GonePage } from '../../components/gone.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { NewRunForm } from './new-run-form.tsx';
import { type NamedDataset, useSources } from './use-sources.ts';

/** A form that becomes a training of what the address names. */
export function NewRunPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/runs/new' });
  const sources = useSources(search);
  if (sources.at === 'pending') return <PageSkeleton />;
  if (sources.at === 'gone') return <GonePage noun={sources.noun} name={sources.name} />;
  return (
    <Page
      title={t('runs.new')}
      subtitle={t('newRun.subtitle')}
      crumbs={[{ label: t('nav.runs'), to: '/runs' }]}
    >
      {sources.at === 'failed' && <ProblemAlert error={sources.error} onRetry={sources.retry} />}
      {sources.at === 'notReady' && <NotReady dataset={sources.dataset} />}
      {sources.at === 'noVersion' && <NoVersion dataset={sources.dataset} version={sources.version} />}
      {sources.at === 'ready' && (
        <NewRunForm
          key={JSON.stringify(search)}
          projects={sources.projects}
          firstProject={sources.project?.id ?? null}
          named={sources.dataset}
          version={search.version ?? null}
        />
      )}
    </Page>
  );
}

function NotReady({ dataset }: { readonly dataset: NamedDataset }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconDatabaseOff}
      title={t('gone.notReady')}
      hint={t('gone.notReadyHint', { name: dataset.name })}
      action={
        <LinkButton to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
          {t('gone.open')}
        </LinkButton>
      }
    />
  );
}

function NoVersion({ dataset, version }: { readonly dataset: NamedDataset; readonly version: number }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconDatabaseOff}
      title={t('gone.version', { version })}
      hint={t('gone.versionHint', {
        name: dataset.name,
        versions: dataset.versions.map((one) => `v${one.version}`).join(', '),
      })}
      action={
        <LinkButton to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
          {t('gone.open')}
        </LinkButton>
      }
    />
  );
}
