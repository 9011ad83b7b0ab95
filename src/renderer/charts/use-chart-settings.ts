import { useLocalStorage } from '@mantine/hooks';
import type { ChartSettings } from './chart-line.ts';

const initial: ChartSettings = { axis: 'step', smoothing: 0, logarithmic: false };

/** Stored by an older page or by hand: anything may stand there. */
function read(text: string | undefined): ChartSettings {
  if (text === undefined) return initial;
  try {
    const stored: unknown = JSON.parse(text);
    if (typeof stored !== 'object' || stored === null) return initial;
    const { axis, smoothing, logarithmic } = { ...initial, ...stored };
    return {
      axis: axis === 'epoch' ? 'epoch' : 'step',
      smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : 0,
      logarithmic: logarithmic === true,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return initial;
    throw error;
  }
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
