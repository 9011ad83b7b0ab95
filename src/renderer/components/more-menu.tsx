import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, type TablerIcon } from '@tabler/icons-react';
import { Fragment } from 'react';
import { useText } from '../i18n/use-text.ts';

interface MoreMenuProps {
  readonly items: readonly {
    readonly label: string;
    readonly icon: TablerIcon;
    readonly dangerous?: boolean;
    /** A line stands before it. */
    readonly apart?: boolean;
    readonly disabled?: boolean;
    readonly onClick: () => void;
  }[];
}

/** What else can be done, behind a button. */
export function MoreMenu({ items }: MoreMenuProps) {
  const { t } = useText();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('common.more')}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(({ label, icon: Icon, dangerous, apart, disabled = false, onClick }) => (
          <Fragment key={label}>
            {apart && <Menu.Divider />}
            <Menu.Item
              {...(dangerous && { color: 'red' })}
              leftSection={<Icon size={16} aria-hidden />}
              disabled={disabled}
              onClick={onClick}
            >
              {label}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
