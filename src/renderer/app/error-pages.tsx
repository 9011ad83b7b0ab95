import { IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, SearchParamError, useLocation } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/links.tsx';
import { Page } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { useText } from '../i18n/use-text.ts';
import { refusedParts } from './addresses.ts';

/** No page has this address. */
export function NotFoundPage() {
  const { t } = useText();
  return (
    <Page title={t('notFound.title')}>
      <EmptyState
        icon={IconMapOff}
        title={t('notFound.title')}
        hint={t('notFound.hint')}
        action={<LinkButton to="/runs">{t('gone.run.back')}</LinkButton>}
      />
    </Page>
  );
}

/** The address has something after "?" that its page does not know. */
function RefusedPage({ cause }: { readonly cause: unknown }) {
  const { t } = useText();
  const { pathname, searchStr } = useLocation();
  const parts = refusedParts(Object.fromEntries(new URLSearchParams(searchStr)), cause);
  return (
    <Page title={t('refused.title')}>
      <EmptyState
        icon={IconMapOff}
        title={parts.map(({ name, value }) => `${name}=${value}`).join(', ')}
        hint={t('refused.hint')}
        action={<LinkButton to={pathname}>{t('refused.back')}</LinkButton>}
      />
    </Page>
  );
}

/** A page that failed to draw or to load. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const { t } = useText();
  if (error instanceof SearchParamError) return <RefusedPage cause={error.cause} />;
  return (
    <Page title={t('common.failed')}>
      <ProblemAlert error={error} onRetry={reset} />
    </Page>
  );
}
