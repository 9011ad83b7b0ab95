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
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { type Language, languageNames, languages, switchLanguage } from '../i18n/i18n.ts';
import { useText } from '../i18n/use-text.ts';
import classes from './header-tools.module.css';

const schemeIcons = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };
const schemes: readonly MantineColorScheme[] = ['light', 'dark', 'auto'];

interface HeaderToolsProps {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

/** Search, language, theme and help. */
export function HeaderTools({ onSearch, onHelp }: HeaderToolsProps) {
  const { t, i18n } = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
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
      <Choice<Language>
        label={t('shell.language')}
        icon={IconLanguage}
        options={languages}
        chosen={i18n.language}
        onChoose={(language) => void switchLanguage(language)}
        item={(language) => ({ lang: language, children: languageNames[language] })}
      />
      <Choice<MantineColorScheme>
        label={t('shell.theme')}
        icon={schemeIcons[colorScheme]}
        options={schemes}
        chosen={colorScheme}
        onChoose={setColorScheme}
        item={(scheme) => {
          const Icon = schemeIcons[scheme];
          return {
            leftSection: <Icon size={16} stroke={1.7} aria-hidden />,
            children: t(`theme.${scheme}`),
          };
        }}
      />
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

interface ChoiceProps<Option> {
  readonly label: string;
  readonly icon: TablerIcon;
  readonly options: readonly Option[];
  readonly chosen: string;
  readonly onChoose: (option: Option) => void;
  readonly item: (option: Option) => { lang?: string; leftSection?: ReactNode; children: string };
}

/** A menu behind an icon, of which one thing is chosen. */
function Choice<Option extends string>({
  label,
  icon: Icon,
  options,
  chosen,
  ...props
}: ChoiceProps<Option>) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label}>
            <Icon size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map((option) => (
          <Menu.Item
            key={option}
            aria-current={chosen === option ? 'true' : undefined}
            rightSection={chosen === option ? <IconCheck size={14} aria-hidden /> : null}
            onClick={() => props.onChoose(option)}
            {...props.item(option)}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
