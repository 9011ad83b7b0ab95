import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';

interface VerbButtonProps {
  readonly label: string;
  readonly icon: TablerIcon;
  /** Why it cannot be pressed now; null where it can. It stays reachable, so that the reason can be read. */
  readonly blocked: string | null;
  readonly busy?: boolean;
  readonly primary?: boolean;
  readonly onClick: () => void;
}

/** A button with words; where it is blocked it says why on hover and focus. */
export function VerbButton({
  label,
  icon: Icon,
  blocked,
  busy = false,
  primary = false,
  onClick,
}: VerbButtonProps) {
  return (
    <Tooltip label={blocked} disabled={blocked === null} events={{ hover: true, focus: true, touch: true }}>
      <Button
        variant={primary ? 'filled' : 'default'}
        leftSection={<Icon size={16} aria-hidden />}
        loading={busy}
        {...(blocked !== null && { 'data-disabled': true })}
        aria-disabled={blocked !== null}
        onClick={() => {
          if (blocked === null) onClick();
        }}
      >
        {label}
      </Button>
    </Tooltip>
  );
}

/** The same as an icon; its words are in the tooltip, with the reason where it is blocked. */
export function VerbIcon({ label, icon: Icon, blocked, onClick }: VerbButtonProps) {
  return (
    <Tooltip
      label={blocked === null ? label : `${label}: ${blocked}`}
      events={{ hover: true, focus: true, touch: true }}
      multiline
      maw={280}
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        aria-label={label}
        {...(blocked !== null && { 'data-disabled': true })}
        aria-disabled={blocked !== null}
        onClick={() => {
          if (blocked === null) onClick();
        }}
      >
        <Icon size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
