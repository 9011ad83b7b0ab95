import { Box, Code, Collapse, Group, Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ComponentProps, useId, useState } from 'react';
import type { ListedBackup, Snapshot } from '../../../shared/contract/backups.ts';
import {
  byHand,
  bySchedule,
  readBeforeRevisions,
  readBeforeUpgrade,
} from '../../../shared/model/snapshots.ts';
import { ProblemText } from '../../components/problem-alert.tsx';
import { SeverityIcon, severityColors } from '../../components/severity-icon.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import classes from './backups.module.css';
import { Folder, SnapshotDetails } from './snapshot-details.tsx';

type OfRow = Omit<ComponentProps<typeof SnapshotDetails>, 'snapshot'>;

/** One snapshot: what it is at a glance, and all of it once it is opened. */
export function SnapshotRow({
  listed: { id, path, snapshot, problem },
  ...ofRow
}: OfRow & { readonly listed: ListedBackup }) {
  if (snapshot) return <GoodSnapshot snapshot={snapshot} {...ofRow} />;
  return <UnusableSnapshot id={id} path={path} problem={problem} />;
}

/** Why a snapshot was made: the engine's own word in the person's language. */
function useReason(why: string): string {
  const { t } = useText();
  const before = readBeforeRevisions(why);
  if (before)
    return t(before.direction === 'up' ? 'backups.beforeRevisions' : 'backups.beforeTakingBack', before);
  const upgraded = readBeforeUpgrade(why);
  if (upgraded !== null) return t('backups.beforeUpgrade', { what: upgraded });
  if (why === bySchedule) return t('backups.bySchedule');
  return why === byHand ? t('backups.byHand') : why;
}

function GoodSnapshot({ snapshot, ...ofRow }: OfRow & { readonly snapshot: Snapshot }) {
  const { t, format } = useText();
  const [opened, setOpened] = useState(false);
  const detailsId = useId();
  const { at, why, who, bytes, profile, encryption, verifiedAt, provenAt } = snapshot;
  // Who proved it has read all of it, too.
  const [known, knownAt] =
    provenAt === null ? (['verified', verifiedAt] as const) : (['proven', provenAt] as const);
  const reason = useReason(why);
  return (
    <li>
      <UnstyledButton
        className={classes.row}
        aria-expanded={opened}
        aria-controls={detailsId}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight
          size={16}
          aria-hidden
          className={classes.mark}
          style={{ rotate: opened ? '90deg' : 'none' }}
        />
        <span className={classes.words}>
          <Text component="span" display="block" size="sm" fw={600}>
            {reason}
          </Text>
          <span className={`muted tabular ${classes.facts}`}>
            <TimeText time={at} />
            {who !== null && <span>{t('backups.by', { who })}</span>}
            {encryption && <span>{t('backups.encrypted')}</span>}
            <span>{format.bytes(bytes)}</span>
            <span>{t(`stack.profiles.${profile}`)}</span>
          </span>
        </span>
        <span className={classes.state}>
          <SeverityIcon severity={knownAt === null ? 'warning' : 'ok'} />
          {knownAt === null ? (
            t('backups.neverVerified')
          ) : (
            <span>
              {t(`backups.${known}`)} <TimeText time={knownAt} />
            </span>
          )}
        </span>
      </UnstyledButton>
      <Collapse id={detailsId} expanded={opened}>
        {opened && <SnapshotDetails snapshot={snapshot} {...ofRow} />}
      </Collapse>
    </li>
  );
}

type UnusableProps = Pick<ListedBackup, 'id' | 'path' | 'problem'>;

/** Of one whose manifest cannot be used nothing is known but where it lies. */
function UnusableSnapshot({ id, path, problem }: UnusableProps) {
  const { t } = useText();
  return (
    <li className={classes.row}>
      <Box className={classes.mark}>
        <SeverityIcon severity="error" />
      </Box>
      <div className={classes.words}>
        <Group gap={8} mb={4}>
          <Text component="span" className="mono" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {id}
          </Text>
          {problem && <Code fz={11}>{problem.code}</Code>}
        </Group>
        {problem && <ProblemText problem={problem} />}
        <Box mt={4}>
          <Folder path={path} />
        </Box>
      </div>
      <span className={classes.state} style={{ color: severityColors.error }}>
        {t('backups.unusable')}
      </span>
    </li>
  );
}
