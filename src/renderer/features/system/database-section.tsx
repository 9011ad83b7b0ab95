import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { DriftView } from '../../../shared/contract/database.ts';
import { driftLosses, driftSentence } from '../../../shared/format/drift.ts';
import { CopyAction } from '../../components/copy-action.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { SeverityIcon } from '../../components/severity-icon.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import classes from './database-section.module.css';

const fewest = 5;

/** The revisions of the database, newest first, and what differs from them. */
export function DatabaseSection() {
  const { t } = useText();
  const list = useQuery(queries.database.revisions.queryOptions());
  const [isWhole, whole] = useDisclosure(false);
  const { data } = list;
  const revisions = data?.revisions.toReversed() ?? [];
  return (
    <Section title={t('database.revisions')}>
      <Stack gap="sm">
        {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
        {data && (
          <Text size="sm">
            {data.revision === data.head
              ? t('database.atHead', { revision: data.head })
              : t('database.behind', { revision: data.revision ?? t('database.none'), head: data.head })}
          </Text>
        )}
        {data && (
          <div className="surface divided" style={{ padding: '4px 18px' }}>
            {(isWhole ? revisions : revisions.slice(0, fewest)).map((one) => (
              <RevisionRow key={one.name} {...one} />
            ))}
          </div>
        )}
        {revisions.length > fewest && (
          <Group>
            <Button size="compact-sm" variant="subtle" aria-expanded={isWhole} onClick={whole.toggle}>
              {isWhole ? t('database.showFew') : t('database.showAll', { count: revisions.length })}
            </Button>
          </Group>
        )}
        <Comparison />
      </Stack>
    </Section>
  );
}

interface Revision {
  readonly name: string;
  readonly appliedAt: string | null;
  readonly checksum: string | null;
  readonly edited: boolean;
}

function RevisionRow({ name, appliedAt, checksum, edited }: Revision) {
  const { t } = useText();
  return (
    <div className={classes.row}>
      <Text component="span" size="sm" className="mono">
        {name}
      </Text>
      <Text component="span" size="sm" {...(appliedAt === null && { c: 'dimmed' })}>
        {appliedAt === null ? t('database.notApplied') : <TimeText time={appliedAt} />}
        {edited && (
          <Text component="span" size="sm" c="red" display="block">
            {t('database.edited')}
          </Text>
        )}
      </Text>
      <Text component="span" size="xs" c="dimmed" className="mono" title={t('database.checksum')}>
        {checksum === null ? t('database.unknown') : checksum.slice(0, 12)}
      </Text>
    </div>
  );
}

/** What differs, once somebody asks: it makes a database beside, and may take a few seconds. */
function Comparison() {
  const { t } = useText();
  const check = useQuery({ ...queries.database.check.queryOptions(), enabled: false });
  const { data, error, isFetching } = check;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Button size="xs" variant="default" loading={isFetching} onClick={() => void check.refetch()}>
          {t('database.check')}
        </Button>
        <Note size="xs" role="status">
          {isFetching ? t('database.checking') : t('database.checkHint')}
        </Note>
      </Group>
      {error && !isFetching && <ProblemAlert error={error} onRetry={() => void check.refetch()} />}
      {data?.ok && (
        <Group gap={8} wrap="nowrap" role="status">
          <SeverityIcon severity="ok" />
          <Text size="sm">{t('database.asMade')}</Text>
        </Group>
      )}
      {data && !data.ok && (
        <section
          className="surface"
          aria-label={t('database.differences', { count: data.drift.length + data.edited.length })}
        >
          <ul className="plain-list divided">
            {data.edited.map((revision) => (
              <li key={revision} style={{ padding: '10px 18px' }}>
                <Text size="sm">{t('database.editedFile', { revision })}</Text>
              </li>
            ))}
            {data.drift.map((one) => (
              <DriftRow key={`${one.kind} ${one.name} ${one.change}`} drift={one} />
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}

function DriftRow({ drift }: { readonly drift: DriftView }) {
  const { language } = useText();
  const commands = drift.commands.map((one) => `${one};`).join('\n');
  const loss = drift.change === 'changed' ? driftLosses.rounded : driftLosses.lost;
  return (
    <li style={{ padding: '10px 18px' }}>
      <Stack gap={6}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {driftSentence(drift)[language]}
        </Text>
        {drift.losesData && (
          <Text size="sm" c="red">
            {loss[language]}
          </Text>
        )}
        {commands !== '' && (
          <div className={`surface ${classes.commands}`}>
            <code className="mono">{commands}</code>
            <CopyAction text={commands} />
          </div>
        )}
      </Stack>
    </li>
  );
}
