import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { StackState, StackUsage } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import type { Verb } from '../../../components/stack/stack.ts';
import { useText } from '../../../i18n/use-text.ts';
import { queries } from '../../../rpc/client.ts';
import { ConnectSection } from './connect-section.tsx';
import classes from './service-row.module.css';
import { ServiceRow, type ServiceUsage, usageCapacity } from './service-row.tsx';

interface ServicesTabProps {
  readonly stack: StackState;
  /** Why nothing can be done with the services now; null where it can. */
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

const everyMs = 2000;

/** Processor and memory of each service, measured again and again while somebody looks and something runs. */
function useUsage(enabled: boolean): (name: ServiceName) => ServiceUsage {
  const { data } = useQuery(
    queries.stack.usage.queryOptions({
      enabled,
      refetchInterval: everyMs,
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
