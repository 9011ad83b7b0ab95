import { Progress, Text, Tooltip } from '@mantine/core';
import { IconFileText, IconPlayerPlay, IconPlayerStop, IconReload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackService } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { CopyAction } from '../../../components/copy-action.tsx';
import { Sparkline } from '../../../components/sparkline.tsx';
import { CauseAlert } from '../../../components/stack/cause-alert.tsx';
import { serviceLabels } from '../../../components/stack/service-names.ts';
import { ServiceBadge } from '../../../components/stack/stack-badges.tsx';
import { useFormat } from '../../../format/use-format.ts';
import { useNow } from '../../../format/use-now.ts';
import { VerbIcon } from '../verb-button.tsx';
import classes from './service-row.module.css';
import { type ServiceUsage, usageCapacity } from './use-usage.ts';

interface ServiceRowProps {
  readonly service: StackService;
  readonly usage: ServiceUsage;
  /** Why nothing can be done with it now; null where it can. */
  readonly blocked: string | null;
  readonly onVerb: (verb: 'up' | 'down' | 'restart', name: ServiceName) => void;
  readonly onLogs: (name: ServiceName) => void;
}

function Cell({
  name,
  area,
  children,
}: {
  readonly name: string;
  readonly area: string;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes.cell} style={{ gridArea: area }}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** One service: how it is, where it is, what it takes, and what can be done with it. */
export function ServiceRow({ service, usage, blocked, onVerb, onLogs }: ServiceRowProps) {
  const { t } = useTranslation();
  const { name, status } = service;
  const label = serviceLabels[name];
  const runs = status === 'healthy' || status === 'starting' || status === 'unhealthy';
  return (
    <li className={classes.row} aria-label={label}>
      <dl className={classes.grid}>
        <div className={classes.identity}>
          <div className={classes.title}>
            <h3 className={classes.name}>{label}</h3>
            <ServiceBadge status={status} />
          </div>
          <Text size="xs" c="dimmed">
            {t(`stack.about.${name}`)}
          </Text>
        </div>
        <Cell name={t('stack.endpoint')} area="endpoint">
          <Endpoint service={service} />
        </Cell>
        <Cell name={t('stack.image')} area="image">
          <Image service={service} />
        </Cell>
        <Cell name={t('stack.cpu')} area="cpu">
          <Cpu label={label} usage={usage} runs={runs} />
        </Cell>
        <Cell name={t('stack.memory')} area="memory">
          <Memory label={label} usage={usage} runs={runs} limit={service.memoryLimitBytes} />
        </Cell>
        <Cell name={t('stack.uptime')} area="uptime">
          <Uptime service={service} runs={runs} />
        </Cell>
        <div className={classes.actions}>
          {runs ? (
            <VerbIcon
              label={t('stack.stopOne', { name: label })}
              icon={IconPlayerStop}
              blocked={blocked}
              onClick={() => onVerb('down', name)}
            />
          ) : (
            <VerbIcon
              label={t('stack.startOne', { name: label })}
              icon={IconPlayerPlay}
              blocked={blocked}
              onClick={() => onVerb('up', name)}
            />
          )}
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

function Endpoint({ service: { endpoint, ports } }: { readonly service: StackService }) {
  const { t } = useTranslation();
  if (endpoint === null) return <>–</>;
  const others = Object.entries(ports).filter(([purpose]) => purpose !== 'main');
  return (
    <>
      <span className={classes.copied}>
        <span className={classes.mono}>{endpoint}</span>
        <CopyAction text={endpoint} label={t('stack.copyEndpoint')} small />
      </span>
      {others.length > 0 && (
        <span className={classes.sub}>
          {others.map(([purpose, port]) => `${purpose} :${port}`).join(' · ')}
        </span>
      )}
    </>
  );
}

function Image({ service: { image, imageDigest, version } }: { readonly service: StackService }) {
  const { t } = useTranslation();
  const digest = imageDigest?.replace(/^.*sha256:/, '') ?? null;
  return (
    <>
      <Tooltip label={image}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole name must be readable by keyboard as well */}
        <span className={`${classes.mono} ${classes.image}`} tabIndex={0}>
          {image}
        </span>
      </Tooltip>
      <span className={classes.copied}>
        {version !== null && (
          <span className={classes.sub} title={t('stack.version', { version })}>
            {version}
          </span>
        )}
        {digest !== null && (
          <>
            <span className={classes.digest} title={`${t('stack.digest')}: sha256:${digest}`}>
              {version !== null && '· '}
              {digest.slice(0, 8)}
            </span>
            <CopyAction text={`sha256:${digest}`} label={t('stack.copyDigest')} small />
          </>
        )}
      </span>
    </>
  );
}

interface LoadProps {
  readonly label: string;
  readonly usage: ServiceUsage;
  readonly runs: boolean;
}

function Cpu({ label, usage, runs }: LoadProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cpuPercent, history } = usage;
  if (!runs || cpuPercent === null) return <>–</>;
  const value = format.percent(cpuPercent / 100, cpuPercent < 10 ? 1 : 0);
  return (
    <>
      <span className={classes.value}>{value}</span>
      <Sparkline
        values={history}
        capacity={usageCapacity}
        full={10}
        label={t('stack.cpuOver', { name: label, value })}
      />
    </>
  );
}

function Memory({ label, usage, runs, limit }: LoadProps & { readonly limit: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { memoryBytes } = usage;
  if (!runs || memoryBytes === null) return <>–</>;
  const used = format.bytes(memoryBytes);
  const value = limit === null ? used : t('stack.ofLimit', { used, limit: format.bytes(limit) });
  const share = limit === null ? 0 : memoryBytes / limit;
  return (
    <>
      <span className={classes.value}>{value}</span>
      {limit !== null && (
        <Progress
          mt={6}
          size={5}
          radius="xl"
          value={Math.max(1, share * 100)}
          color={share > 0.9 ? 'red' : share > 0.75 ? 'yellow' : 'indigo'}
          aria-label={t('stack.memoryOf', { name: label, value })}
        />
      )}
    </>
  );
}

function Uptime({ service, runs }: { readonly service: StackService; readonly runs: boolean }) {
  const { t } = useTranslation();
  const { startedAt, restarts } = service;
  return (
    <>
      <span className={classes.value}>{runs && startedAt !== null ? <Since time={startedAt} /> : '–'}</span>
      {runs && (
        <span className={classes.sub}>
          {restarts === 0 ? t('stack.noRestarts') : t('stack.restarts', { count: restarts })}
        </span>
      )}
    </>
  );
}

function Since({ time }: { readonly time: string }) {
  const format = useFormat();
  return <>{format.duration(Math.max(1000, useNow() - Date.parse(time)))}</>;
}
