import { Loader, Progress, Text } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { serviceLabels } from '../../../components/stack/stack.ts';
import { Elapsed } from '../../../components/time-text.tsx';
import { useFormat } from '../../../format/use-format.ts';
import classes from './step-list.module.css';
import { isPulled, type Pull, pullSum, type Step } from './work.ts';

const icons = {
  running: <Loader size={13} aria-hidden />,
  done: <IconCheck size={15} stroke={2.2} aria-hidden />,
  skipped: <IconMinus size={15} aria-hidden />,
  failed: <IconX size={15} stroke={2.2} aria-hidden />,
};

/** A step's name in words, where there are any; else as it is called. */
function useStepName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => {
    const key = `stackSteps.${name}`;
    return /^[\w-]+$/.test(name) && i18n.exists(key) ? t(key as 'stackSteps.pull') : name;
  };
}

function StepRow({ step }: { readonly step: Step }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useStepName();
  return (
    <li className={classes.step} data-status={step.status}>
      <span className={classes.icon} role="img" aria-label={t(`stackWork.step.${step.status}`)}>
        {icons[step.status]}
      </span>
      <span className={classes.what}>
        <span className={classes.name}>{name(step.step)}</span>
        {step.detail !== '' && (
          <span className={classes.detail} title={step.detail}>
            {step.detail}
          </span>
        )}
      </span>
      <span className={classes.time}>
        {step.status === 'running' ? (
          <Elapsed since={step.startedAt} />
        ) : (
          step.durationMs !== null && format.duration(step.durationMs)
        )}
      </span>
    </li>
  );
}

/** What is told of images on their way: how much is here, how fast it comes, and how long it takes. */
export function usePullFacts(pulls: readonly Pull[]): string[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { done, total, leftMs, rate } = pullSum(pulls);
  return [
    total > 0
      ? t('stackWork.bytes', { done: format.bytes(done), total: format.bytes(total) })
      : t('stackWork.bytesSoFar', { done: format.bytes(done) }),
    rate > 0 && t('stackWork.rate', { rate: format.bytes(rate) }),
    leftMs !== null && t('datasets.timeLeft', { time: format.duration(Math.max(1000, leftMs)) }),
  ].filter((fact) => fact !== false);
}

function PullRow({ pull }: { readonly pull: Pull }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { bytesDone, bytesTotal, layers, layersDone, service, image } = pull;
  const done = isPulled(pull);
  const share = done ? 1 : bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
  const facts = usePullFacts([pull]);
  if (layers > 0)
    facts.push(t('stackWork.layers', { done: format.number(layersDone), all: format.number(layers) }));
  return (
    <li className={classes.pull}>
      <div className={classes.step} data-status={done ? 'done' : 'running'}>
        <span
          className={classes.icon}
          role="img"
          aria-label={t(`stackWork.step.${done ? 'done' : 'running'}`)}
        >
          {done ? icons.done : icons.running}
        </span>
        <span className={classes.what}>
          <span className={classes.name}>{t(done ? 'stackWork.pulled' : 'stackWork.pulling')}</span>
          <span className={classes.detail} title={image}>
            {image}
          </span>
        </span>
        <span className={classes.time}>{format.percent(share, 0)}</span>
      </div>
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
      <Text size="xs" c="dimmed" className="tabular">
        {facts.join(' · ')}
      </Text>
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
  const { t } = useTranslation();
  const name = service === null ? t('stackWork.whole') : serviceLabels[service];
  const shown = steps.filter(({ step }) => !(step === 'pull' && pull));
  return (
    <section className={classes.group} aria-label={name}>
      <h3 className={classes.service}>{name}</h3>
      <ul className={`plain-list ${classes.steps}`}>
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
