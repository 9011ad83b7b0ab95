import { useCallback } from 'react';
import { useText } from '../i18n/use-text.ts';

/** A metric's or a metric group's name in words, where there are any; else as the trainer calls it. `val_f1/` is that of all classes. */
export function useMetricName(): (name: string) => string {
  const { t, i18n } = useText();
  return useCallback(
    (name) => {
      const plain = (metric: string) => {
        const key = `metrics.${metric}`;
        return /^\w+$/.test(metric) && !(metric in Object.prototype) && i18n.exists(key)
          ? t(key as 'metrics.loss')
          : metric;
      };
      return name.endsWith('/') ? t('charts.byClass', { name: plain(name.slice(0, -1)) }) : plain(name);
    },
    [t, i18n],
  );
}
