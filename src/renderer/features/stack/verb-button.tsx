import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';

interface VerbProps {
  readonly label: string;
  readonly icon: TablerIcon;
  /** Why it cannot be pressed now; null if it can. It stays reachable, so that the reason can be read. */
  readonly blocked: string | null;
  readonly onClick: () => void;
}

const events = { hover: true, focus: true, touch: true };

/** What both kinds of buttons are while they are blocked. */
const pressed = (blocked: string | null, onClick: () => void) => ({
  ...(blocked !== null && { 'data-disabled': true }),
  'aria-disabled': blocked !== null,
  onClick: () => {
    if (blocked === null) onClick();
  },
});

/** A button with words; where it is blocked it says why on hover and focus. */
export function VerbButton({
  label,
  icon: Icon,
  blocked,
  onClick,
  busy,
  primary,
}: VerbProps & { readonly busy: boolean; readonly primary: boolean }) {
  return (
    <Tooltip label={blocked} disabled={blocked === null} events={events}>
      <Button
        variant={primary ? 'filled' : 'default'}
        leftSection={<Icon size={16} aria-hidden />}
        loading={busy}
        {...pressed(blocked, onClick)}
      >
        {label}
      </Button>
    </Tooltip>
  );
}

/** The same as an icon; its words are in the tooltip, with the reason where it is blocked. */
export function VerbIcon({ label, icon: Icon, blocked, onClick }: VerbProps) {
  return (
    <Tooltip label={blocked === null ? label : `${label}: ${blocked}`} events={events} multiline maw={280}>
      <ActionIcon variant="subtle" color="gray" size={30} aria-label={label} {...pressed(blocked, onClick)}>
        <Icon size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
