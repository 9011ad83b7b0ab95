import { useCallback } from 'react';
import { useText } from '../i18n/use-text.ts';

/** What a metric, a group of metrics or a step is called in words, where there are any; else as the engine calls it. */
export function useName(kind: 'metrics' | 'stackSteps'): (name: string) => string {
  const { t, i18n } = useText();
  return useCallback(
    (name) => {
      const key = `${kind}.${name}`;
      return /^[\w-]+$/.test(name) && !(name in Object.prototype) && i18n.exists(key)
        ? t(key as 'metrics.loss')
        : name;
    },
    [kind, t, i18n],
  );
}
