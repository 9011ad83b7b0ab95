import {
  Alert,
  Box,
  Button,
  Code,
  Collapse,
  Group,
  Skeleton,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { IconChevronRight, IconInfoCircle, IconStethoscope } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import type { Finding } from '../../../shared/contract/system.ts';
import { CommandLine } from '../../components/command-line.tsx';
import { commandsIn, wordsOf } from '../../components/commands-in.ts';
import { Note } from '../../components/note.ts';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { SeverityIcon, severityColors } from '../../components/severity-icon.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import classes from './doctor-page.module.css';

/** The doctor's findings in the person's language, with the milliseconds that the checks took. */
function useDoctor() {
  const { language } = useText();
  return useQuery({
    queryKey: [...queries.system.doctor.key(), 'timed', language],
    queryFn: async ({ signal }) => {
      const begun = performance.now();
      const report = await engine.system.doctor({ language }, { signal });
      return { ...report, tookMs: performance.now() - begun };
    },
    staleTime: 30_000,
  });
}

/** Checks that were run, by what they are about, with what fixes each. */
export function DoctorPage() {
  const { t } = useText();
  const { code } = useSearch({ from: '/doctor' });
  const doctor = useDoctor();
  const { data, error, isFetching, isPending, dataUpdatedAt } = doctor;
  const isThere = data?.findings.some((finding) => finding.code === code);
  return (
    <Page
      title={t('nav.doctor')}
      subtitle={t('doctor.subtitle')}
      actions={
        <Button
          leftSection={<IconStethoscope size={16} aria-hidden />}
          loading={isFetching}
          onClick={() => void doctor.refetch()}
        >
          {t('doctor.run')}
        </Button>
      }
    >
      <Stack gap="lg">
        {error && <ProblemAlert error={error} onRetry={() => void doctor.refetch()} />}
        {isPending && (
          <>
            <Note role="status">{t('doctor.running')}</Note>
            <Skeleton height={260} radius="md" />
          </>
        )}
        {data && (
          <>
            <Summary
              counts={countFindings(data.findings)}
              tookMs={data.tookMs}
              at={new Date(dataUpdatedAt).toISOString()}
            />
            {code !== undefined && !isThere && !isFetching && (
              <Alert
                color="blue"
                icon={<IconInfoCircle size={18} aria-hidden />}
                title={t('doctor.notFound', { code })}
              >
                {t('doctor.notFoundHint')}
              </Alert>
            )}
            {groupFindings(data.findings).map((group) => (
              <GroupSection key={group.group} group={group} asked={code} />
            ))}
          </>
        )}
      </Stack>
    </Page>
  );
}

interface SummaryProps {
  readonly counts: ReturnType<typeof countFindings>;
  readonly tookMs: number;
  readonly at: string;
}

/** The sum in a line. */
function Summary({ counts, tookMs, at }: SummaryProps) {
  const { t, format } = useText();
  const well = counts.error + counts.warning === 0;
  const facts = [
    counts.error > 0 && t('doctor.errors', { count: counts.error }),
    counts.warning > 0 && t('doctor.warnings', { count: counts.warning }),
    t('doctor.passed', { count: counts.ok }),
  ].filter((fact) => fact !== false);
  return (
    <Group gap={8} wrap="nowrap">
      <SeverityIcon severity={counts.error > 0 ? 'error' : well ? 'ok' : 'warning'} />
      <Text component="span" size="sm" fw={600} role="status">
        {well ? `${t('doctor.allWell')}: ${facts.join(' · ')}` : facts.join(' · ')}
      </Text>
      <Text component="span" size="sm" c="dimmed">
        {t('doctor.took', { time: format.duration(tookMs) })}
        {' · '}
        <TimeText time={at} />
      </Text>
    </Group>
  );
}

function GroupSection({
  group,
  asked,
}: {
  readonly group: FindingGroup;
  readonly asked: string | undefined;
}) {
  const { t } = useText();
  const { wrong, passed } = group;
  const askedPassed = passed.some(({ code }) => code === asked);
  const [opened, setOpened] = useState(askedPassed);
  const [titleId, passedId] = [useId(), useId()];
  useEffect(() => {
    if (askedPassed) setOpened(true);
  }, [askedPassed]);
  const row = (finding: (typeof wrong)[number]) => (
    <FindingRow
      key={`${finding.code} ${finding.evidence}`}
      finding={finding}
      asked={asked !== undefined && finding.code === asked}
    />
  );
  return (
    <section aria-labelledby={titleId}>
      <Title order={2} size={15} id={titleId} mb={8}>
        {t(`doctor.groups.${group.group}`)}
      </Title>
      <div className="surface divided" style={{ overflow: 'hidden' }}>
        {wrong.length > 0 && <ul className="plain-list divided">{wrong.map(row)}</ul>}
        {passed.length > 0 && (
          <div className="divided">
            <UnstyledButton
              className={classes.toggle}
              aria-expanded={opened}
              aria-controls={passedId}
              onClick={() => setOpened(!opened)}
            >
              <SeverityIcon severity="ok" />
              {t('doctor.passed', { count: passed.length })}
              <IconChevronRight size={15} aria-hidden style={{ rotate: opened ? '90deg' : 'none' }} />
            </UnstyledButton>
            <Collapse id={passedId} expanded={opened}>
              <ul className="plain-list divided">{opened && passed.map(row)}</ul>
            </Collapse>
          </div>
        )}
      </div>
    </section>
  );
}

interface FindingGroup {
  readonly group: NonNullable<Finding['group']>;
  /** Errors first, then warnings. */
  readonly wrong: readonly Finding[];
  readonly passed: readonly Finding[];
}

const order = ['docker', 'nvidia', 'state', 'machine', 'network'] as const;
const weight = { error: 0, warning: 1, ok: 2 } as const;

/** The findings under what they are about; groups with errors first, then those with warnings. */
function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = order
    .map((group) => {
      const own = findings.filter((finding) => (finding.group ?? 'machine') === group);
      const wrong = own
        .filter(({ severity }) => severity !== 'ok')
        .toSorted((a, b) => weight[a.severity] - weight[b.severity]);
      return { group, wrong, passed: own.filter(({ severity }) => severity === 'ok') };
    })
    .filter(({ wrong, passed }) => wrong.length + passed.length > 0);
  const worst = ({ wrong }: FindingGroup) => weight[wrong[0]?.severity ?? 'ok'];
  return groups.toSorted((a, b) => worst(a) - worst(b));
}

/** How many there are of each severity. */
function countFindings(findings: readonly Finding[]): Readonly<Record<Finding['severity'], number>> {
  const count = (wanted: Finding['severity']) =>
    findings.filter(({ severity }) => severity === wanted).length;
  return { error: count('error'), warning: count('warning'), ok: count('ok') };
}

interface FindingRowProps {
  readonly finding: Finding;
  /** Somebody came for this one. */
  readonly asked: boolean;
}

/** One finding: what is wrong, the command that fixes it, and what was seen. */
function FindingRow({ finding, asked }: FindingRowProps) {
  const { t } = useText();
  const { code, severity, cause, evidence, hint, command } = finding;
  const row = useRef<HTMLLIElement>(null);
  const [opened, setOpened] = useState(asked);
  const evidenceId = useId();
  const commands = command ? [command] : commandsIn(hint);
  const words = wordsOf(hint, commands);
  useEffect(() => {
    if (!asked) return;
    setOpened(true);
    row.current?.scrollIntoView({ block: 'center' });
  }, [asked]);
  return (
    <li ref={row} className={classes.row} data-asked={asked || undefined}>
      <Box mt={2}>
        <SeverityIcon severity={severity} />
      </Box>
      <Stack gap={6} miw={0}>
        <Group gap={8} lh="22px">
          <Text component="span" size="sm" fw={severity === 'ok' ? 450 : 600}>
            {cause}
          </Text>
          <Text
            component="span"
            size="xs"
            fw={550}
            lh="inherit"
            c={severity === 'ok' ? 'dimmed' : severityColors[severity]}
          >
            {t(`doctor.severity.${severity}`)}
          </Text>
          <Code fz={11}>{code}</Code>
          {asked && (
            <Text
              component="span"
              size="xs"
              fw={600}
              lh="inherit"
              c="var(--mantine-primary-color-light-color)"
            >
              {t('doctor.asked')}
            </Text>
          )}
        </Group>
        {severity !== 'ok' && words !== '' && <Text size="sm">{words}</Text>}
        {severity !== 'ok' && commands.map((one) => <CommandLine key={one} command={one} />)}
        {evidence !== '' && (
          <div>
            <UnstyledButton
              className={classes.evidence}
              aria-expanded={opened}
              aria-controls={evidenceId}
              onClick={() => setOpened(!opened)}
            >
              <IconChevronRight size={14} aria-hidden style={{ rotate: opened ? '90deg' : 'none' }} />
              {t('doctor.evidence')}
            </UnstyledButton>
            <Collapse id={evidenceId} expanded={opened}>
              <pre className="output" style={{ maxHeight: 260, marginTop: 6 }}>
                {evidence}
              </pre>
            </Collapse>
          </div>
        )}
      </Stack>
    </li>
  );
}
