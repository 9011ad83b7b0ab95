import { Button, PasswordInput, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Setting, setSettingInput } from '../../../shared/contract/settings.ts';
import { settingWords } from '../../../shared/format/settings.ts';
import { settings } from '../../../shared/model/settings.ts';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { PathInput } from '../../components/path-input.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ConfirmDialog, FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import classes from './settings-section.module.css';

/** What can be set for the engine, with a way to change each. */
export function SettingsSection() {
  const { t } = useText();
  const list = useQuery(queries.settings.list.queryOptions());
  return (
    <Section title={t('settings.title')}>
      {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
      <div className="surface divided" style={{ padding: '4px 18px' }}>
        {(list.data?.settings ?? []).map((setting) => (
          <SettingRow key={setting.name} setting={setting} />
        ))}
      </div>
    </Section>
  );
}

function SettingRow({ setting }: { readonly setting: Setting }) {
  const { t, language } = useText();
  const { name, value, isSet, variable } = setting;
  const { title, help, effect } = settingWords[name];
  const [isChanged, change] = useDisclosure(false);
  const [isRemoved, removal] = useDisclosure(false);
  const [isSaved, setSaved] = useState(false);
  return (
    <div className={classes.row}>
      <div className={classes.words}>
        <Text size="sm" fw={550}>
          {title[language]}
        </Text>
        <Note size="xs">{help[language]}</Note>
      </div>
      <div className={classes.value}>
        <Text size="sm" {...(value !== null && { className: 'mono' })} {...(!isSet && { c: 'dimmed' })}>
          {value ?? t(isSet ? 'settings.hidden' : 'settings.unset')}
        </Text>
        {/* Of a secret that is replaced nothing else is to be seen. */}
        <Note size="xs" role="status">
          {isSaved && isSet && `${t('settings.saved')} ${effect[language]}`}
        </Note>
        {variable !== null && <Note size="xs">{t('settings.variable', { variable })}</Note>}
      </div>
      <div className={classes.actions}>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('settings.changeOf', { name: title[language] })}
          onClick={change.open}
        >
          {t('settings.change')}
        </Button>
        {isSet && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t('settings.removeOf', { name: title[language] })}
            onClick={removal.open}
          >
            {t('settings.remove')}
          </Button>
        )}
      </div>
      <FormDialog
        opened={isChanged}
        onClose={change.close}
        title={title[language]}
        send={(input, options) => engine.settings.set(input, options)}
        onDone={() => setSaved(true)}
        refresh={queries.settings.key()}
        action={t('common.save')}
        form={{ schema: setSettingInput, initialValues: { name, value: value ?? '' }, check: 'blur' }}
      >
        {(form) => {
          const input = {
            ...{ label: t('settings.value'), description: help[language], 'data-autofocus': true },
            ...{ autoComplete: 'off', spellCheck: false },
            ...form.getInputProps('value'),
          };
          const { kind } = settings[name];
          return (
            <>
              {kind === 'secret' && <PasswordInput {...input} />}
              {(kind === 'program' || kind === 'folder') && (
                <PathInput
                  {...input}
                  kinds={[kind]}
                  onChoose={(found) => form.setFieldValue('value', found)}
                />
              )}
              {kind === 'address' && <TextInput {...input} />}
              <Note size="xs">{effect[language]}</Note>
            </>
          );
        }}
      </FormDialog>
      <ConfirmDialog
        opened={isRemoved}
        onClose={removal.close}
        title={t('settings.removeTitle', { name: title[language] })}
        text={effect[language]}
        action={t('settings.remove')}
        send={(_nothing, options) => engine.settings.unset({ name }, options)}
        refresh={queries.settings.key()}
      />
    </div>
  );
}
