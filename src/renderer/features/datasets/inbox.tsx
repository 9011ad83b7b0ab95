import { Anchor, Badge, Box, Button, Group, Stack, Text } from '@mantine/core';
import { IconFileZip, IconFolder } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Drop, InboxView } from '../../../shared/contract/inbox.ts';
import { printable } from '../../../shared/format/printable.ts';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert, useKnownProblem } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useWrite } from '../../components/use-write.ts';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

/** The engine follows the inbox for a minute after it was asked. */
const askAgainMs = 30_000;

/** What lies in the inbox and waits to be imported; nothing in a profile that has none. */
export function Inbox({ onImport }: { readonly onImport: (source: string) => void }) {
  const { t, format } = useText();
  const [all, setAll] = useState(false);
  const { data } = useQuery(
    queries.inbox.show.queryOptions({
      input: { all },
      refetchInterval: askAgainMs,
      placeholderData: keepPreviousData,
    }),
  );
  if (!data?.bucket) return null;
  const { drops, more, handled, leftOut, problem } = data;
  return (
    <Box mb="xl">
      <Section title={t('inbox.title')}>
        <Stack gap="sm">
          {problem ? <Unreadable problem={problem} /> : drops.length === 0 && <Hint bucket={data.bucket} />}
          {drops.length > 0 && (
            <Stack gap={0} component="ul" m={0} p={0} className="surface" style={{ listStyle: 'none' }}>
              {drops.map((drop, index) => (
                <Row key={drop.name} drop={drop} isFirst={index === 0} onImport={onImport} />
              ))}
            </Stack>
          )}
          {more > 0 && <Note>{t('inbox.more', { formatted: format.number(more) })}</Note>}
          {leftOut.count > 0 && (
            <Note style={{ overflowWrap: 'anywhere' }}>
              {t('inbox.leftOut', {
                count: leftOut.count,
                formatted: format.number(leftOut.count),
                keys: `${leftOut.keys.map(printable).join(', ')}${leftOut.count > leftOut.keys.length ? ', …' : ''}`,
              })}
            </Note>
          )}
          {(handled > 0 || all) && (
            <div>
              <Button variant="subtle" size="compact-sm" color="gray" onClick={() => setAll(!all)}>
                {all
                  ? t('inbox.hideHandled')
                  : t('inbox.handled', { count: handled, formatted: format.number(handled) })}
              </Button>
            </div>
          )}
        </Stack>
      </Section>
    </Box>
  );
}

/** How something gets here. */
function Hint({ bucket }: { readonly bucket: NonNullable<InboxView['bucket']> }) {
  const { t } = useText();
  return (
    <Note>
      {t('inbox.hint', { bucket: bucket.name, place: bucket.place })}{' '}
      <Anchor component={Link} to="/stack" size="sm">
        {t('inbox.console')}
      </Anchor>
    </Note>
  );
}

/** The engine tries again by itself: no alarm. */
function Unreadable({ problem }: { readonly problem: NonNullable<InboxView['problem']> }) {
  const { message, hint } = useKnownProblem(problem);
  return (
    <Note role="status" style={{ overflowWrap: 'anywhere' }}>
      {message}. {hint}
    </Note>
  );
}

interface RowProps {
  readonly drop: Drop;
  readonly isFirst: boolean;
  readonly onImport: (source: string) => void;
}

function Row({ drop, isFirst, onImport }: RowProps) {
  const { t, format } = useText();
  const { name, kind, images, files, bytes, state, dataset } = drop;
  const Icon = kind === 'archive' ? IconFileZip : IconFolder;
  const change = useWrite({
    send: (verb: 'dismiss' | 'restore', options) => engine.inbox[verb]({ name }, options),
    refresh: queries.inbox.key(),
  });
  const facts = [
    kind === 'archive' && t('inbox.archive'),
    images > 0
      ? t('datasets.images', { count: images, formatted: format.number(images) })
      : kind === 'folder' && t('inbox.files', { count: files, formatted: format.number(files) }),
    format.bytes(bytes),
    drop.format && t('inbox.looksLike', { format: t(`formats.${drop.format}`) }),
  ].filter((fact) => fact !== false && fact !== null);
  const isOpen = state === 'waiting' || state === 'arriving';
  return (
    <Box
      component="li"
      p="10px 16px"
      style={isFirst ? {} : { borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Group justify="space-between" gap="8px 16px">
        <Group gap="sm" wrap="nowrap" miw={0} flex="1 1 260px">
          <Icon size={20} aria-hidden style={{ flex: 'none' }} />
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
              {printable(name)}
            </Text>
            <Note size="xs" className="tabular">
              {facts.join(' · ')} · <TimeText time={drop.changedAt} />
            </Note>
            {drop.failed && <Note size="xs">{t('inbox.failed')}</Note>}
          </div>
        </Group>
        <Group gap="xs" wrap="nowrap">
          {dataset && (
            <Anchor
              size="sm"
              renderRoot={(root) => (
                <Link {...root} to="/datasets/$datasetId" params={{ datasetId: dataset.id }} />
              )}
            >
              {dataset.name}
            </Anchor>
          )}
          {state !== 'waiting' && (
            <Badge variant="light" color={state === 'imported' ? 'green' : 'gray'} tt="none">
              {t(`inbox.states.${state}`)}
            </Badge>
          )}
          {isOpen && (
            <>
              <Button
                size="xs"
                variant="light"
                aria-label={t('inbox.importOf', { name })}
                onClick={() => onImport(drop.source)}
              >
                {t('inbox.import')}
              </Button>
              <Button
                size="xs"
                variant="default"
                aria-label={t('inbox.dismissOf', { name })}
                title={t('inbox.dismissOf', { name })}
                loading={change.isPending}
                onClick={() => change.start('dismiss')}
              >
                {t('inbox.dismiss')}
              </Button>
            </>
          )}
          {state === 'dismissed' && (
            <Button
              size="xs"
              variant="default"
              aria-label={t('inbox.restoreOf', { name })}
              loading={change.isPending}
              onClick={() => change.start('restore')}
            >
              {t('inbox.restore')}
            </Button>
          )}
        </Group>
      </Group>
      {change.error !== null && <ProblemAlert error={change.error} />}
    </Box>
  );
}
