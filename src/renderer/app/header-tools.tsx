import {
  ActionIcon,
  Group,
  Kbd,
  type MantineColorScheme,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLanguage,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { languages, switchLanguage } from '../i18n/i18n.ts';
import classes from './header-tools.module.css';

const schemes = [
  ['light', IconSun],
  ['dark', IconMoon],
  ['auto', IconDeviceDesktop],
] as const satisfies readonly (readonly [MantineColorScheme, unknown])[];

/** A language names itself. */
const languageNames = { en: 'English', ko: '한국어' } as const;

interface HeaderToolsProps {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

/** Search, language, theme and help. */
export function HeaderTools({ onSearch, onHelp }: HeaderToolsProps) {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const SchemeIcon = schemes.find(([scheme]) => scheme === colorScheme)?.[1] ?? IconDeviceDesktop;
  const check = <IconCheck size={14} aria-hidden />;
  return (
    <Group gap={6} wrap="nowrap">
      <UnstyledButton className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <IconSearch size={15} aria-hidden />
        <Text component="span" size="sm" visibleFrom="sm">
          {t('shell.search')}
        </Text>
        <Kbd size="xs" visibleFrom="md">
          {/mac/i.test(navigator.platform) ? '⌘K' : 'Ctrl K'}
        </Kbd>
      </UnstyledButton>
      <Menu position="bottom-end" width={160}>
        <Menu.Target>
          <Tooltip label={t('shell.language')}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.language')}>
              <IconLanguage size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {languages.map((language) => (
            <Menu.Item
              key={language}
              lang={language}
              aria-current={i18n.language === language ? 'true' : undefined}
              rightSection={i18n.language === language ? check : null}
              onClick={() => void switchLanguage(language)}
            >
              {languageNames[language]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end" width={170}>
        <Menu.Target>
          <Tooltip label={t('shell.theme')}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.theme')}>
              <SchemeIcon size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {schemes.map(([scheme, Icon]) => (
            <Menu.Item
              key={scheme}
              leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
              aria-current={colorScheme === scheme ? 'true' : undefined}
              rightSection={colorScheme === scheme ? check : null}
              onClick={() => setColorScheme(scheme)}
            >
              {t(`theme.${scheme}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={t('shell.shortcuts')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('shell.shortcuts')}
          onClick={onHelp}
          visibleFrom="sm"
        >
          <IconKeyboard size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
