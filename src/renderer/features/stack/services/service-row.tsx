import { Group, Progress, Text, Title, Tooltip } from '@mantine/core';
import { IconFileText, IconPlayerPlay, IconPlayerStop, IconReload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { StackService } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { CopyAction } from '../../../components/copy-action.tsx';
import { Note } from '../../../components/note.ts';
import { Sparkline } from '../../../components/sparkline.tsx';
import { CauseAlert } from '../../../components/stack/cause-alert.tsx';
import { serviceLabels, type Verb } from '../../../components/stack/stack.ts';
import { StackBadge } from '../../../components/status-badge.tsx';
import { Elapsed } from '../../../components/time-text.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { VerbIcon } from '../verb-button.tsx';
import classes from './service-row.module.css';

/** Samples that are kept: two minutes. */
export const usageCapacity = 60;

export interface ServiceUsage {
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  /** Processor in percent, oldest first. */
  readonly history: readonly (number | null)[];
}

interface ServiceRowProps {
  readonly service: StackService;
  readonly usage: ServiceUsage;
  /** Why nothing can be done with it now; null where it can. */
  readonly blocked: string | null;
  readonly onVerb: (verb: Verb, name: ServiceName) => void;
  readonly onLogs: (name: ServiceName) => void;
}

/** One service: how it is, where it is, what it takes, and what can be done with it. */
export function ServiceRow({ service, usage, blocked, onVerb, onLogs }: ServiceRowProps) {
  const { t } = useText();
  const { name, status, startedAt, restarts } = service;
  const label = serviceLabels[name];
  const runs = status === 'healthy' || status === 'starting' || status === 'unhealthy';
  const cell = (area: 'endpoint' | 'image' | 'cpu' | 'memory' | 'uptime', content: ReactNode) => (
    <div className={classes.cell} style={{ gridArea: area }}>
      <dt className="muted">{t(`stack.${area}`)}</dt>
      <dd>{content}</dd>
    </div>
  );
  return (
    <li className={classes.row} aria-label={label}>
      <dl className={classes.grid}>
        <div className={classes.identity}>
          <Group gap={10} mb={3} wrap="nowrap">
            <Title order={3} fz={14} fw={620}>
              {label}
            </Title>
            <StackBadge status={status} />
          </Group>
          <Note size="xs">{t(`stack.about.${name}`)}</Note>
        </div>
        {cell('endpoint', <Endpoint service={service} />)}
        {cell('image', <Image service={service} />)}
        {cell('cpu', runs ? <Cpu label={label} usage={usage} /> : '–')}
        {cell('memory', runs ? <Memory label={label} usage={usage} limit={service.memoryLimitBytes} /> : '–')}
        {cell(
          'uptime',
          <>
            <Value>{runs && startedAt !== null ? <Elapsed since={startedAt} least={1000} /> : '–'}</Value>
            {runs && <Below>{t('stack.restarts', { count: restarts })}</Below>}
          </>,
        )}
        <div className={classes.actions}>
          <VerbIcon
            label={t(runs ? 'stack.stopOne' : 'stack.startOne', { name: label })}
            icon={runs ? IconPlayerStop : IconPlayerPlay}
            blocked={blocked}
            onClick={() => onVerb(runs ? 'down' : 'up', name)}
          />
          <VerbIcon
            label={t('stack.restartOne', { name: label })}
            icon={IconReload}
            blocked={blocked ?? (runs || status === 'failed' ? null : t('stack.nothingToStop'))}
            onClick={() => onVerb('restart', name)}
          />
          <VerbIcon
            label={t('stack.logsOf', { name: label })}
            icon={IconFileText}
            blocked={null}
            onClick={() => onLogs(name)}
          />
        </div>
      </dl>
      {service.cause && (
        <div className={classes.cause}>
          <CauseAlert cause={service.cause} />
        </div>
      )}
    </li>
  );
}

const Value = (props: { readonly children: ReactNode }) => <div className="tabular cut" {...props} />;

/** What stands below a value. */
const Below = (props: { readonly title?: string; readonly children: ReactNode }) => (
  <Text size="xs" lh="18px" c="dimmed" className="tabular" truncate {...props} />
);

function Endpoint({ service: { endpoint, ports } }: { readonly service: StackService }) {
  const { t } = useText();
  if (endpoint === null) return '–';
  const others = Object.entries(ports).filter(([purpose]) => purpose !== 'main');
  return (
    <>
      <div className={classes.copied}>
        <span className="mono">{endpoint}</span>
        <CopyAction text={endpoint} label={t('stack.copyEndpoint')} small />
      </div>
      <Below>{others.map(([purpose, port]) => `${purpose} :${port}`).join(' · ')}</Below>
    </>
  );
}

function Image({ service: { image, imageDigest, version } }: { readonly service: StackService }) {
  const { t } = useText();
  const digest = imageDigest?.replace(/^.*sha256:/, '') ?? null;
  return (
    <>
      <Tooltip label={image}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole name must be readable by keyboard as well */}
        <div className="mono cut" tabIndex={0}>
          {image}
        </div>
      </Tooltip>
      <div className={classes.copied}>
        {version !== null && <Below title={t('stack.version', { version })}>{version}</Below>}
        {digest !== null && (
          <>
            <Text
              size="xs"
              lh="18px"
              c="dimmed"
              style={{ flex: 'none' }}
              title={`${t('stack.digest')}: sha256:${digest}`}
            >
              {version !== null && '\u00a0· '}
              {digest.slice(0, 8)}
            </Text>
            <CopyAction text={`sha256:${digest}`} label={t('stack.copyDigest')} small />
          </>
        )}
      </div>
    </>
  );
}

interface LoadProps {
  readonly label: string;
  readonly usage: ServiceUsage;
}

function Cpu({ label, usage: { cpuPercent, history } }: LoadProps) {
  const { t, format } = useText();
  if (cpuPercent === null) return '–';
  const value = format.percent(cpuPercent / 100, cpuPercent < 10 ? 1 : 0);
  return (
    <>
      <Value>{value}</Value>
      <Sparkline
        values={history}
        capacity={usageCapacity}
        full={10}
        label={t('stack.cpuOver', { name: label, value })}
      />
    </>
  );
}

function Memory({ label, usage: { memoryBytes }, limit }: LoadProps & { readonly limit: number | null }) {
  const { t, format } = useText();
  if (memoryBytes === null) return '–';
  const used = format.bytes(memoryBytes);
  if (limit === null) return <Value>{used}</Value>;
  const value = t('stack.ofLimit', { used, limit: format.bytes(limit) });
  const share = memoryBytes / limit;
  return (
    <>
      <Value>{value}</Value>
      <Progress
        mt={6}
        size={5}
        radius="xl"
        value={Math.max(1, share * 100)}
        color={share > 0.9 ? 'red' : share > 0.75 ? 'yellow' : 'indigo'}
        aria-label={t('stack.memoryOf', { name: label, value })}
      />
    </>
  );
}
