import { Button, Center, Code, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconLock, IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, SearchParamError, useLocation } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/links.tsx';
import { Note } from '../components/note.ts';
import { Page } from '../components/page.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { useText } from '../i18n/use-text.ts';
import { connection } from '../rpc/client.ts';
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

/** This browser has no session: where to get a link that makes one. */
export function UnauthorizedPage() {
  const { t } = useText();
  useDocumentTitle(`${t('unauthorized.title')} · Trainyard`);
  return (
    <Center component="main" mih="100dvh" p={32}>
      <Stack gap="md" maw={520}>
        <IconLock size={32} stroke={1.5} aria-hidden />
        <Title order={1} size={24}>
          {t('unauthorized.title')}
        </Title>
        <Text>{t('unauthorized.why')}</Text>
        <Text>{t('unauthorized.how')}</Text>
        <Code block>npm start</Code>
        <Note>{t('unauthorized.note')}</Note>
        <Button variant="default" onClick={connection.retryNow} style={{ alignSelf: 'flex-start' }}>
          {t('common.retry')}
        </Button>
      </Stack>
    </Center>
  );
}
