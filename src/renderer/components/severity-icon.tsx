import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';

/** The colour of what is well, of a warning, and of an error. */
export const severityColors = {
  ok: 'var(--good)',
  warning: 'var(--mantine-color-yellow-light-color)',
  error: 'var(--mantine-color-red-light-color)',
} as const;

const icons = { ok: IconCircleCheck, warning: IconAlertTriangle, error: IconCircleX };

/** Stands beside the words that say the same. */
export function SeverityIcon({ severity }: { readonly severity: keyof typeof icons }) {
  const Icon = icons[severity];
  return (
    <Icon size={18} stroke={1.8} color={severityColors[severity]} aria-hidden style={{ flex: 'none' }} />
  );
}
