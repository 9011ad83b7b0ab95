import { Button, Collapse, Group, Loader, Stack, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { StackCause, StackService } from '../../../../shared/contract/stack.ts';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { Note } from '../../../components/note.ts';
import { useKnownProblem } from '../../../components/problem-alert.tsx';
import { SeverityIcon } from '../../../components/severity-icon.tsx';
import { CauseAlert } from '../../../components/stack/cause-alert.tsx';
import { serviceLabels } from '../../../components/stack/stack.ts';
import { Elapsed, TimeText } from '../../../components/time-text.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { StepList, usePullFacts } from './step-list.tsx';
import { pullSum, type Work } from './work.ts';

const columns = {
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(300px, 1fr))',
  gap: '16px 28px',
  padding: '4px 8px 8px 0',
};

interface WorkPanelProps {
  readonly work: Work;
  readonly services: readonly StackService[];
}

/** What is done with the stack now: each step as it comes. What is over takes one line, unless it failed. */
export function WorkPanel({ work, services }: WorkPanelProps) {
  const { t, format } = useText();
  const [wanted, setWanted] = useState<{ work: string; opened: boolean } | null>(null);
  const stepsId = useId();
  const running = work.status === 'running';
  // Counts that were compared are what one wants to read of a migration.
  const opened = wanted?.work === work.id ? wanted.opened : running || work.verb === 'migrate';
  const took = work.endedAt === null ? null : Date.parse(work.endedAt) - Date.parse(work.startedAt);
  const title = useTitle(work, format.duration(Math.max(0, took ?? 0)));
  const { cause } = work;
  const isShownBelow = services.some(
    (service) =>
      cause !== null && service.cause?.code === cause.code && service.cause.message === cause.message,
  );
  return (
    <Stack
      component="section"
      gap={12}
      p="10px 10px 10px 16px"
      mb={16}
      className="surface"
      aria-label={title}
      aria-busy={running}
    >
      <Group gap={10} wrap="nowrap" mih={28}>
        {running ? (
          <Loader size={16} aria-hidden />
        ) : (
          <SeverityIcon severity={work.status === 'failed' ? 'error' : 'ok'} />
        )}
        <Text size="sm" fw={600} miw={0} role="status">
          {title}
        </Text>
        <Note className="tabular" miw={0}>
          {running ? <Elapsed since={work.startedAt} /> : <TimeText time={work.endedAt} />}
        </Note>
        {running && <PullTotal work={work} />}
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          ml="auto"
          aria-expanded={opened}
          aria-controls={stepsId}
          rightSection={
            <IconChevronDown size={15} aria-hidden style={{ rotate: opened ? '180deg' : 'none' }} />
          }
          onClick={() => setWanted({ work: work.id, opened: !opened })}
        >
          {t(opened ? 'stackWork.hideSteps' : 'stackWork.showSteps')}
        </Button>
      </Group>
      {cause !== null && (isShownBelow ? <SeenBelow cause={cause} /> : <CauseAlert cause={cause} />)}
      <Collapse id={stepsId} expanded={opened}>
        <div style={columns}>
          <Groups work={work} />
        </div>
      </Collapse>
    </Stack>
  );
}

/** What the service itself says, too. */
function SeenBelow({ cause }: { readonly cause: StackCause }) {
  const { t } = useText();
  const { message } = useKnownProblem(cause);
  return (
    <Text size="sm">
      {message}. {t('stackWork.seeBelow')}
    </Text>
  );
}

function useTitle({ verb, status, services }: Work, took: string): string {
  const { t } = useText();
  const some = verb !== 'migrate' && services.length > 0 && services.length < serviceNames.length;
  const names = some ? services.map((name) => serviceLabels[name]).join(', ') : t('stack.itself');
  if (status === 'done') {
    const what = t(`stackWork.done.${verb}`);
    return t('stackWork.doneIn', { what: some ? `${names}: ${what}` : what, time: took });
  }
  return t(`stackWork.${status}.${verb}`, { names });
}

function Groups({ work }: { readonly work: Work }) {
  // Starting goes through every service that was asked for; the other verbs say themselves what they go through.
  const starts = work.verb === 'up' || work.verb === 'restart';
  const expected = work.status === 'running' && starts ? work.services : [];
  const isInWork = (name: ServiceName) =>
    expected.includes(name) || work.pulls[name] || work.steps.some(({ service }) => service === name);
  const whole = work.steps.filter(({ service }) => service === null);
  return (
    <>
      {whole.length > 0 && <StepList service={null} steps={whole} pull={undefined} />}
      {serviceNames.filter(isInWork).map((name) => (
        <StepList
          key={name}
          service={name}
          steps={work.steps.filter(({ service }) => service === name)}
          pull={work.pulls[name]}
        />
      ))}
    </>
  );
}

/** The images together, while some are on their way. */
function PullTotal({ work }: { readonly work: Work }) {
  const { t } = useText();
  const pulls = Object.values(work.pulls);
  const facts = usePullFacts(pulls);
  const { done, total } = pullSum(pulls);
  if (total === 0 || done >= total) return null;
  return (
    <Note className="tabular" miw={0} truncate>
      {t('datasets.imageCount')}: {facts.join(' · ')}
    </Note>
  );
}
