import { useTranslation } from 'react-i18next';
import type { StackState } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { ConnectSection } from './connect-section.tsx';
import classes from './service-row.module.css';
import { ServiceRow } from './service-row.tsx';
import { useUsage } from './use-usage.ts';

interface ServicesTabProps {
  readonly stack: StackState;
  readonly blocked: string | null;
  readonly onVerb: (verb: 'up' | 'down' | 'restart', name: ServiceName) => void;
  readonly onLogs: (name: ServiceName) => void;
}

/** All services, live, and how to reach them. */
export function ServicesTab({ stack, blocked, onVerb, onLogs }: ServicesTabProps) {
  const { t } = useTranslation();
  const usage = useUsage(stack.services.some(({ status }) => status === 'healthy' || status === 'unhealthy'));
  return (
    <>
      <ul className={`surface ${classes.list}`} aria-label={t('stack.tabs.services')}>
        {stack.services.map((service) => (
          <ServiceRow
            key={service.name}
            service={service}
            usage={usage(service.name)}
            blocked={blocked}
            onVerb={onVerb}
            onLogs={onLogs}
          />
        ))}
      </ul>
      {stack.status !== 'absent' && <ConnectSection services={stack.services} />}
    </>
  );
}
