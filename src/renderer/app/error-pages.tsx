import { IconMapOff } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';

/** No page has this address. */
export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')}>
      <EmptyState
        icon={IconMapOff}
        title={t('notFound.title')}
        hint={t('notFound.hint')}
        action={<LinkButton to="/runs">{t('notFound.back')}</LinkButton>}
      />
    </Page>
  );
}

/** A page that failed to draw or to load. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <Page title={t('common.failed')}>
      <ProblemAlert error={error} onRetry={reset} />
    </Page>
  );
}
