import { useLocalStorage } from '@mantine/hooks';
import { z } from 'zod';
import { parseJson } from '../rpc/json.ts';
import type { ChartSettings } from './chart-line.ts';

const initial = { axis: 'step', smoothing: 0, logarithmic: false } as const satisfies ChartSettings;

/** Stored by an older page or by hand: anything may stand there. */
const stored: z.ZodType<ChartSettings> = z
  .object({
    axis: z.enum(['step', 'epoch']).catch(initial.axis),
    smoothing: z.number().min(0).lt(1).catch(initial.smoothing),
    logarithmic: z.boolean().catch(initial.logarithmic),
  })
  .catch(initial);

/** How charts are shown: one choice for all, remembered. */
export function useChartSettings() {
  return useLocalStorage<ChartSettings>({
    key: 'trainyard-charts',
    defaultValue: initial,
    getInitialValueInEffect: false,
    deserialize: (text) => stored.parse(parseJson(text ?? '')),
  });
}
