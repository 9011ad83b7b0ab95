import { Button, Center, Code, Stack, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Note } from '../components/note.ts';
import { useDocumentTitle } from '../components/page.tsx';
import { useText } from '../i18n/use-text.ts';
import { connection } from '../rpc/client.ts';

/** This browser has no session: where to get a link that makes one. */
export function UnauthorizedPage() {
  const { t } = useText();
  useDocumentTitle(t('unauthorized.title'));
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
