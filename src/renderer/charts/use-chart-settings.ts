import { useLocalStorage } from '@mantine/hooks';
import { parsedJson } from '../rpc/problem.ts';
import type { ChartSettings } from './chart-line.ts';

const initial: ChartSettings = { axis: 'step', smoothing: 0, logarithmic: false };

/** Stored by an older page or by hand: anything may stand there. */
function read(text: string | undefined): ChartSettings {
  const stored = parsedJson(text ?? '');
  const { axis, smoothing, logarithmic } = { ...initial, ...(typeof stored === 'object' ? stored : null) };
  return {
    axis: axis === 'epoch' ? 'epoch' : 'step',
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : 0,
    logarithmic: logarithmic === true,
  };
}

/** How charts are shown: one choice for all, remembered. */
export function useChartSettings() {
  return useLocalStorage<ChartSettings>({
    key: 'trainyard-charts',
    defaultValue: initial,
    getInitialValueInEffect: false,
    deserialize: read,
  });
}
