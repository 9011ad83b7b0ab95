import { Loader, Progress, Title } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { stackStepWords } from '../../../../shared/format/stack-steps.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { Note } from '../../../components/note.ts';
import { serviceLabels } from '../../../components/stack/stack.ts';
import { Elapsed } from '../../../components/time-text.tsx';
import { capitalised } from '../../../i18n/texts/text.ts';
import { useText } from '../../../i18n/use-text.ts';
import classes from './step-list.module.css';
import { isPulled, type Pull, pullSum, type Step } from './work.ts';

const icons = {
  running: <Loader size={13} aria-hidden />,
  done: <IconCheck size={15} stroke={2.2} aria-hidden />,
  skipped: <IconMinus size={15} aria-hidden />,
  failed: <IconX size={15} stroke={2.2} aria-hidden />,
};

interface StepLineProps extends Pick<Step, 'status' | 'detail'> {
  readonly name: string;
  readonly time: ReactNode;
}

function StepLine({ status, name, detail, time }: StepLineProps) {
  const { t } = useText();
  return (
    <div className={classes.step} data-status={status}>
      <span className={classes.icon} role="img" aria-label={t(`stackWork.step.${status}`)}>
        {icons[status]}
      </span>
      <span className={classes.what}>
        <span className={classes.name}>{name}</span>
        {detail !== '' && (
          <span className={classes.detail} title={detail}>
            {detail}
          </span>
        )}
      </span>
      <Note component="span" size="xs" lh="inherit" className="tabular" style={{ whiteSpace: 'nowrap' }}>
        {time}
      </Note>
    </div>
  );
}

function StepRow({ step: one }: { readonly step: Step }) {
  const { format, language } = useText();
  const { step, status, detail, detailKo = detail, startedAt, durationMs } = one;
  const taken = durationMs !== null && format.duration(durationMs);
  const time = status === 'running' ? <Elapsed since={startedAt} /> : taken;
  return (
    <li>
      <StepLine
        status={status}
        name={capitalised(stackStepWords(step)[language])}
        detail={language === 'ko' ? detailKo : detail}
        time={time}
      />
    </li>
  );
}

/** The progress of image pulls in words: how much is here, how fast it comes, and how long it takes. */
export function usePullFacts(pulls: readonly Pull[]): string[] {
  const { t, format } = useText();
  const { done, total, leftMs, rate } = pullSum(pulls);
  return [
    total > 0
      ? t('stack.ofLimit', { used: format.bytes(done), limit: format.bytes(total) })
      : t('stackWork.bytesSoFar', { done: format.bytes(done) }),
    rate > 0 && t('stackWork.rate', { rate: format.bytes(rate) }),
    leftMs !== null && t('datasets.timeLeft', { time: format.duration(Math.max(1000, leftMs)) }),
  ].filter((fact) => fact !== false);
}

function PullRow({ pull }: { readonly pull: Pull }) {
  const { t, format } = useText();
  const { bytesDone, bytesTotal, layers, layersDone, service, image } = pull;
  const done = isPulled(pull);
  const share = done ? 1 : bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
  const facts = usePullFacts([pull]);
  if (layers > 0) facts.push(t('stackWork.layers', { done: layersDone, count: layers }));
  return (
    <li className={classes.pull} style={{ display: 'grid', gap: 4, paddingBottom: 2 }}>
      <StepLine
        status={done ? 'done' : 'running'}
        name={t(done ? 'stackWork.pulled' : 'stackWork.pulling')}
        detail={image}
        time={format.percent(share, 0)}
      />
      {!done && (
        <Progress
          value={share * 100}
          size={5}
          radius="xl"
          aria-label={t('stackWork.pullOf', {
            name: serviceLabels[service],
            percent: format.percent(share, 0),
          })}
        />
      )}
      <Note size="xs" className="tabular">
        {facts.join(' · ')}
      </Note>
    </li>
  );
}

interface StepListProps {
  /** Null: what concerns no one service. */
  readonly service: ServiceName | null;
  readonly steps: readonly Step[];
  readonly pull: Pull | undefined;
}

/** What is done with one service, in its order, with the time that each step took. */
export function StepList({ steps, pull, service }: StepListProps) {
  const { t } = useText();
  const name = service === null ? t('stackWork.whole') : serviceLabels[service];
  const shown = steps.filter(({ step }) => !(step === 'pull' && pull));
  return (
    <section style={{ minWidth: 0 }} aria-label={name}>
      <Title order={3} fz={13} fw={600} lh="inherit" mb={4}>
        {name}
      </Title>
      <ul className="plain-list" style={{ display: 'grid', gap: 3 }}>
        {pull && <PullRow pull={pull} />}
        {shown.map((step) => (
          <StepRow key={step.step} step={step} />
        ))}
        {shown.length === 0 && !pull && (
          <li className={classes.step} data-status="skipped">
            <span className={classes.icon}>{icons.skipped}</span>
            <span className={classes.what}>{t('stackWork.waiting')}</span>
          </li>
        )}
      </ul>
    </section>
  );
}
