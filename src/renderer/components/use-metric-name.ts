import { useCallback } from 'react';
import { useText } from '../i18n/use-text.ts';

/** A metric's or a metric group's name in words, where there are any; else as the trainer calls it. */
export function useMetricName(): (name: string) => string {
  const { t, i18n } = useText();
  return useCallback(
    (name) => {
      const key = `metrics.${name}`;
      return /^\w+$/.test(name) && !(name in Object.prototype) && i18n.exists(key)
        ? t(key as 'metrics.loss')
        : name;
    },
    [t, i18n],
  );
}
