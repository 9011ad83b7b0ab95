import { Box, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { BackupOperation, Snapshot } from '../../../shared/contract/backups.ts';
import { shellWord } from '../../../shared/format/shell-word.ts';
import { CommandLine } from '../../components/command-line.tsx';
import { CopyAction } from '../../components/copy-action.tsx';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useWrite } from '../../components/use-write.ts';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import classes from './backups.module.css';
import { DrillDialog } from './drill-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';

/** A snapshot's folder, with a way to copy its path. */
export function Folder({ path }: { readonly path: string }) {
  const { t } = useText();
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <span className="mono" style={{ overflowWrap: 'anywhere' }}>
        {path}
      </span>
      <CopyAction text={path} label={t('backups.copyFolder')} small />
    </Group>
  );
}

interface SnapshotDetailsProps {
  readonly snapshot: Snapshot;
  /** Something is being done with snapshots. */
  readonly busy: boolean;
  readonly onBegun: (operation: BackupOperation) => void;
}

/** All that is known of a snapshot, and what to do with it. */
export function SnapshotDetails({ snapshot, busy, onBegun }: SnapshotDetailsProps) {
  const { t, format } = useText();
  const { at, version, path, stores, encryption } = snapshot;
  const { database, documents, keys, objects } = stores;
  type Counted = 'database' | 'tables' | 'documents' | 'objects';
  const counted = (what: Counted, count: number) =>
    t(`backups.counts.${what}`, { count, formatted: format.number(count) });
  return (
    <Stack gap="lg" className={classes.details}>
      <Facts
        facts={[
          [t('backups.moment'), format.dateTime(at)],
          [t('backups.version'), `Trainyard ${version}`],
          ...(encryption ? [[t('backupEncryption.to'), encryption.recipient] as const] : []),
          [
            t('system.database'),
            [
              counted('database', database.rows),
              counted('tables', database.tables),
              t('backups.revision', { revision: database.revision }),
            ].join(' · '),
          ],
          [t('backups.documents'), <Documents key="documents" collections={documents} />],
          [t('backups.keys'), keys === null ? t('backups.keysInDatabase') : format.number(keys)],
          [t('backups.objects'), `${format.number(objects.count)} · ${format.bytes(objects.bytes)}`],
          [t('backups.folder'), <Folder key="folder" path={path} />],
        ]}
      />
      <NotKept snapshot={snapshot} />
      <Actions snapshot={snapshot} busy={busy} onBegun={onBegun} />
      <Part title={t('backups.commands')}>
        <Note>{t('backups.commandsHint')}</Note>
        <Text size="sm">{t('backups.verifyHint')}</Text>
        <CommandLine command={`trainyard backup verify ${shellWord(path)}`} />
        <Text size="sm">{t('backups.restoreHint')}</Text>
        <CommandLine command={`trainyard backup restore ${shellWord(path)} --home NEW_FOLDER --yes`} />
      </Part>
    </Stack>
  );
}

/** To prove it, and to restore it. */
function Actions({ snapshot, busy, onBegun }: SnapshotDetailsProps) {
  const { t } = useText();
  const [restoring, restore] = useDisclosure(false);
  const [asked, ask] = useDisclosure(false);
  const { encryption } = snapshot;
  const prove = useWrite({
    send: (_: undefined, options) => engine.backups.drill({ snapshot: snapshot.path }, options),
    refresh: queries.backups.list.key(),
    onDone: onBegun,
  });
  return (
    <Stack gap={6}>
      <Group gap="8px 12px">
        <Button
          size="compact-sm"
          variant="default"
          disabled={busy}
          loading={prove.isPending}
          onClick={() => (encryption ? ask.open() : prove.start(undefined))}
        >
          {t('backups.prove')}
        </Button>
        <Button size="compact-sm" variant="default" disabled={busy} onClick={restore.open}>
          {t('backups.restore')}
        </Button>
      </Group>
      <Note>{t('backups.proveHint')}</Note>
      {prove.error != null && <ProblemAlert error={prove.error} />}
      {encryption && (
        <DrillDialog {...{ snapshot, encryption, onBegun }} opened={asked} onClose={ask.close} />
      )}
      <RestoreDialog snapshot={snapshot} opened={restoring} onClose={restore.close} onBegun={onBegun} />
    </Stack>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={6}>
      <Title order={3} size={14}>
        {title}
      </Title>
      {children}
    </Stack>
  );
}

/** How many each collection has. */
function Documents({ collections }: { readonly collections: Readonly<Record<string, number>> }) {
  const { format } = useText();
  return Object.entries(collections).map(([name, count]) => (
    <Group key={name} gap={8} wrap="nowrap">
      <span className="mono">{name}</span>
      <span>{format.number(count)}</span>
    </Group>
  ));
}

/** What whoever relies on the snapshot has to have elsewhere; nothing where it has everything. */
function NotKept({ snapshot: { notKept } }: { readonly snapshot: Snapshot }) {
  const { t, format } = useText();
  if (!notKept) return <Note>{t('backups.notKeptEncrypted')}</Note>;
  const { runs, inPlace, lost } = notKept;
  if (runs.length + inPlace.length + lost.length === 0) return null;
  const number = (count: number) => ({ count, formatted: format.number(count) });
  return (
    <Part title={t('backups.notKept')}>
      {runs.length > 0 && <Named what={t('backups.runs', number(runs.length))} names={runs} />}
      {inPlace.map(({ dataset, version, source }) => (
        <Named
          key={`${dataset} ${version}`}
          what={t('backups.inPlace', { dataset, version })}
          names={source === '' ? [] : [source]}
        />
      ))}
      {lost.length > 0 && <Named what={t('backups.lost', number(lost.length))} names={lost} />}
    </Part>
  );
}

/** As many are named as can be looked through; the manifest has them all. */
const mostNamed = 20;

function Named({ what, names }: { readonly what: string; readonly names: readonly string[] }) {
  const { t, format } = useText();
  const more = names.length - mostNamed;
  return (
    <Box fz="sm">
      {what}
      <ul className="plain-list">
        {names.slice(0, mostNamed).map((name) => (
          <li key={name} className="mono muted" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </li>
        ))}
      </ul>
      {more > 0 && <Note>{t('problems.more', { count: more, formatted: format.number(more) })}</Note>}
    </Box>
  );
}
