import { Box, Group, Progress, Text, Title, Tooltip } from '@mantine/core';
import { IconFileText, IconPlayerPlay, IconPlayerStop, IconReload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { StackService, StackState, StackUsage } from '../../../../shared/contract/stack.ts';
import { isUp, type ServiceName } from '../../../../shared/model/stack.ts';
import { CopyAction } from '../../../components/copy-action.tsx';
import { Note } from '../../../components/note.ts';
import { Sparkline } from '../../../components/sparkline.tsx';
import { CauseAlert } from '../../../components/stack/cause-alert.tsx';
import { serviceLabels, type Verb } from '../../../components/stack/stack.ts';
import { StackBadge } from '../../../components/status-badge.tsx';
import { Elapsed } from '../../../components/time-text.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { queries } from '../../../rpc/client.ts';
import { VerbIcon } from '../verb-button.tsx';
import { ConnectSection } from './connect-section.tsx';
import classes from './services-tab.module.css';

interface ServicesTabProps {
  readonly stack: StackState;
  /** Why nothing can be done with the services now; null if it can. */
  readonly blocked: string | null;
  readonly onVerb: (verb: Verb, name: ServiceName) => void;
  readonly onLogs: (name: ServiceName) => void;
}

/** All services, live, and how to reach them. */
export function ServicesTab({ stack, ...actions }: ServicesTabProps) {
  const { t } = useText();
  const usage = useUsage(stack.services.some(({ status }) => status === 'healthy' || status === 'unhealthy'));
  return (
    <>
      <ul className={`surface plain-list divided ${classes.list}`} aria-label={t('stack.tabs.services')}>
        {stack.services.map((service) => (
          <ServiceRow key={service.name} service={service} usage={usage(service.name)} {...actions} />
        ))}
      </ul>
      {stack.status !== 'absent' && <ConnectSection services={stack.services} />}
    </>
  );
}

const pollMs = 2000;

/** Processor and memory of each service, measured again and again while somebody looks and something runs. */
function useUsage(enabled: boolean): (name: ServiceName) => ServiceUsage {
  const { data } = useQuery(
    queries.stack.usage.queryOptions({
      enabled,
      refetchInterval: pollMs,
      refetchIntervalInBackground: false,
      gcTime: 0,
    }),
  );
  const [samples, setSamples] = useState<readonly StackUsage[]>([]);
  useEffect(() => {
    if (data) setSamples((before) => [...before, data].slice(-usageCapacity));
  }, [data]);
  return (name) => {
    const own = enabled ? samples.map(({ services }) => services.find((one) => one.name === name)) : [];
    const { cpuPercent = null, memoryBytes = null } = own.at(-1) ?? {};
    return { cpuPercent, memoryBytes, history: own.map((sample) => sample?.cpuPercent ?? null) };
  };
}

/** Samples that are kept: two minutes. */
const usageCapacity = 60;

interface ServiceUsage {
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  /** Processor in percent, oldest first. */
  readonly history: readonly (number | null)[];
}

interface ServiceRowProps extends Omit<ServicesTabProps, 'stack'> {
  readonly service: StackService;
  readonly usage: ServiceUsage;
}

/** One service: how it is, where it is, what it takes, and what can be done with it. */
function ServiceRow({ service, usage, blocked, onVerb, onLogs }: ServiceRowProps) {
  const { t } = useText();
  const { name, status, startedAt, restarts } = service;
  const label = serviceLabels[name];
  const runs = isUp(status);
  const cell = (area: 'endpoint' | 'image' | 'cpu' | 'memory' | 'uptime', content: ReactNode) => (
    <Box miw={0} style={{ gridArea: area }}>
      <Text component="dt" fz={11.5} lh="16px" c="dimmed">
        {t(`stack.${area}`)}
      </Text>
      <Text component="dd" m={0} fz={13} lh="20px">
        {content}
      </Text>
    </Box>
  );
  return (
    <li style={{ padding: '12px 10px 12px 18px' }} aria-label={label}>
      <dl className={classes.grid}>
        <Box miw={0} style={{ gridArea: 'identity' }}>
          <Group gap={10} mb={3} wrap="nowrap">
            <Title order={3} fz={14} fw={620}>
              {label}
            </Title>
            <StackBadge status={status} />
          </Group>
          <Note size="xs">{t(`stack.about.${name}`)}</Note>
        </Box>
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
        <Group gap={2} align="flex-start" justify="flex-end" wrap="nowrap" style={{ gridArea: 'actions' }}>
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
        </Group>
      </dl>
      {service.cause && (
        <Box m="12px 8px 2px 0">
          <CauseAlert cause={service.cause} />
        </Box>
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
      <Group gap={2} wrap="nowrap" h={20} miw={0}>
        <span className="mono">{endpoint}</span>
        <CopyAction text={endpoint} label={t('stack.copyEndpoint')} small />
      </Group>
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
      <Group gap={2} wrap="nowrap" h={20} miw={0}>
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
      </Group>
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
