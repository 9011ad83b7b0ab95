import { Button, Code, Group, Progress, Stack, Text } from '@mantine/core';
import { IconArchive, IconCloud, IconCopy, IconDeviceUsb, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationView } from '../../../shared/contract/backup-destinations.ts';
import { MoreMenu } from '../../components/more-menu.tsx';
import { Note } from '../../components/note.ts';
import { ProblemAlert, ProblemFrame, useKnownProblem } from '../../components/problem-alert.tsx';
import { SeverityIcon } from '../../components/severity-icon.tsx';
import { useWrite } from '../../components/use-write.ts';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useOfNow } from '../../format/use-now.ts';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { KeepDialog } from './keep-dialog.tsx';

const icons = { folder: IconDeviceUsb, s3: IconCloud };

/** A place that copies go to: how many are there, what is copied now, and what went wrong. */
export function DestinationRow({ destination }: { readonly destination: DestinationView }) {
  const { t } = useText();
  const [asked, setAsked] = useState<'keep' | 'remove' | null>(null);
  const close = () => setAsked(null);
  const refresh = queries.backups.destinations.key();
  const copy = useWrite({
    send: (_: undefined, options) => engine.backups.copyToDestination({ destination: id }, options),
    refresh,
  });
  const { id, name, kind, place, isBusy, isSameDisk, resolved, failure } = destination;
  const Icon = icons[kind];
  return (
    <li>
      <Stack gap="sm" px={18} py={12}>
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
          <Group gap={12} align="flex-start" wrap="nowrap" style={{ minWidth: 0 }}>
            <Icon size={18} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
            <Stack gap={2} style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
              <Text fw={600} size="sm">
                {name}
              </Text>
              {place !== name && <Code w="fit-content">{place}</Code>}
              {resolved !== null && (
                <Note size="xs">{t('backupDestinations.leadsTo', { folder: resolved })}</Note>
              )}
              <Contents destination={destination} />
            </Stack>
          </Group>
          <MoreMenu
            items={[
              {
                label: t('backupDestinations.copyNow'),
                icon: IconCopy,
                disabled: isBusy || copy.isPending,
                onClick: () => copy.start(undefined),
              },
              {
                label: t('backupDestinations.editKeep'),
                icon: IconArchive,
                onClick: () => setAsked('keep'),
              },
              {
                label: t('backupDestinations.remove'),
                icon: IconTrash,
                ...{ dangerous: true, apart: true, onClick: () => setAsked('remove') },
              },
            ]}
          />
        </Group>
        {isSameDisk && (
          <Group gap={8} wrap="nowrap" align="flex-start">
            <SeverityIcon severity="warning" />
            <Note>{t('backupDestinations.sameDisk')}</Note>
          </Group>
        )}
        <Copying destination={destination} />
        {copy.error != null && <ProblemAlert error={copy.error} />}
        {failure && !isBusy && (
          <Failure destination={destination} failure={failure} onAgain={() => copy.start(undefined)} />
        )}
      </Stack>
      <KeepDialog opened={asked === 'keep'} onClose={close} destination={destination} />
      <ConfirmDialog
        opened={asked === 'remove'}
        onClose={close}
        title={t('backupDestinations.removeTitle', { name })}
        text={t('backupDestinations.removeText')}
        action={t('backupDestinations.remove')}
        send={(_, options) => engine.backups.removeDestination({ destination: id }, options)}
        refresh={refresh}
        dangerous
      />
    </li>
  );
}

/** What is there, in a line. */
function Contents({ destination }: { readonly destination: DestinationView }) {
  const { t, format } = useText();
  const { copies, newest, waiting, freeBytes, failure, isBusy } = destination;
  const ago = useOfNow((now) => (newest === null ? '' : format.relative(newest, now)));
  const parts = [
    t('backupDestinations.copies', { count: copies, formatted: format.number(copies) }),
    ...(newest === null ? [] : [t('backupDestinations.newest', { ago })]),
    ...(waiting > 0
      ? [t('backupDestinations.waiting', { count: waiting, formatted: format.number(waiting) })]
      : isBusy || failure || copies === 0
        ? []
        : [t('backupDestinations.upToDate')]),
    ...(freeBytes === null ? [] : [t('backupDestinations.free', { bytes: format.bytes(freeBytes) })]),
  ];
  return <Note className="tabular">{parts.join(' · ')}</Note>;
}

function Copying({ destination: { name, isBusy, current } }: { readonly destination: DestinationView }) {
  const { t, format } = useText();
  if (!isBusy) return null;
  const doing = current
    ? t('backupDestinations.copying', { snapshot: current.snapshot })
    : t('backupDestinations.looking');
  const isCounted = current !== null && current.files > 0;
  return (
    <div>
      <Group justify="space-between" gap="2px 12px" mb={6}>
        {/* The count changes too often to be read aloud. */}
        <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
          {doing}
        </Text>
        {isCounted && (
          <Note className="tabular" component="div">
            {t('backupDestinations.files', {
              done: format.number(current.done),
              files: format.number(current.files),
            })}
          </Note>
        )}
      </Group>
      <Progress
        value={isCounted ? (current.done / current.files) * 100 : 100}
        animated={!isCounted}
        aria-label={`${name}: ${doing}`}
      />
    </div>
  );
}

interface FailureProps {
  readonly destination: DestinationView;
  readonly failure: NonNullable<DestinationView['failure']>;
  readonly onAgain: () => void;
}

function Failure({ destination: { name, retryAt }, failure, onAgain }: FailureProps) {
  const { t, format } = useText();
  const { message, hint } = useKnownProblem(failure.error);
  const ago = useOfNow((now) => format.relative(failure.since, now));
  return (
    <ProblemFrame
      title={t('backupDestinations.failed', { name, ago })}
      code={failure.error.code}
      action={
        <Button size="compact-sm" variant="default" onClick={onAgain}>
          {t('common.retry')}
        </Button>
      }
    >
      <Stack gap={4} style={{ overflowWrap: 'anywhere' }}>
        <Text size="sm">{message}</Text>
        {hint && <Text size="sm">{hint}</Text>}
        {retryAt !== null && (
          <Note size="xs">{t('backupDestinations.again', { time: format.dateTime(retryAt) })}</Note>
        )}
      </Stack>
    </ProblemFrame>
  );
}
