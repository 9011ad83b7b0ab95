import { IconDatabaseOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { GonePage } from '../../components/found.tsx';
import { LinkButton } from '../../components/links.tsx';
import { Page, PageSkeleton } from '../../components/page.tsx';
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
    <Page title={t('runs.new')} subtitle={t('newRun.subtitle')} under="runs">
      {sources.at === 'failed' && <ProblemAlert error={sources.error} onRetry={sources.retry} />}
      {sources.at === 'notReady' && (
        <Unfit
          dataset={sources.dataset}
          title={t('gone.notReady')}
          hint={t('gone.notReadyHint', { name: sources.dataset.name })}
        />
      )}
      {sources.at === 'noVersion' && (
        <Unfit
          dataset={sources.dataset}
          title={t('gone.version', { version: sources.version })}
          hint={t('gone.versionHint', {
            name: sources.dataset.name,
            versions: sources.dataset.versions.map((one) => `v${one.version}`).join(', '),
          })}
        />
      )}
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

interface UnfitProps {
  readonly dataset: NamedDataset;
  readonly title: string;
  readonly hint: string;
}

/** The dataset that the address names cannot be trained on as it asks. */
function Unfit({ dataset, title, hint }: UnfitProps) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconDatabaseOff}
      title={title}
      hint={hint}
      action={
        <LinkButton to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
          {t('gone.open')}
        </LinkButton>
      }
    />
  );
}
