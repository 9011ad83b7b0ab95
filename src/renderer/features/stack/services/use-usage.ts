import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { StackUsage } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { queries } from '../../../rpc/client.ts';

const everyMs = 2000;
/** Two minutes. */
export const usageCapacity = 60;

export interface ServiceUsage {
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  /** Processor in percent, oldest first. */
  readonly history: readonly (number | null)[];
}

const nothing: ServiceUsage = { cpuPercent: null, memoryBytes: null, history: [] };

/** Processor and memory of each service, measured every two seconds while somebody looks and something runs. */
export function useUsage(enabled: boolean): (name: ServiceName) => ServiceUsage {
  const usage = useQuery(
    queries.stack.usage.queryOptions({
      enabled,
      refetchInterval: everyMs,
      refetchIntervalInBackground: false,
      gcTime: 0,
    }),
  );
  const [samples, setSamples] = useState<readonly StackUsage[]>([]);
  const { data } = usage;
  useEffect(() => {
    if (data) setSamples((before) => [...before, data].slice(-usageCapacity));
  }, [data]);
  return (name) => {
    if (!enabled) return nothing;
    const of = (sample: StackUsage | undefined) => sample?.services.find((one) => one.name === name);
    const now = of(samples.at(-1));
    return {
      cpuPercent: now?.cpuPercent ?? null,
      memoryBytes: now?.memoryBytes ?? null,
      history: samples.map((sample) => of(sample)?.cpuPercent ?? null),
    };
  };
}
