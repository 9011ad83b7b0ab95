import { ActionIcon, Group, Select, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Template } from '../../../shared/contract/templates.ts';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

/** As many as are offered, the newest: the command line lists the others. */
const mostTemplates = 500;

interface TemplateSelectProps {
  /** The id of the one that the form began with. */
  readonly value: string | null;
  readonly onChoose: (template: Template | null) => void;
}

/** Begins with kept settings, or removes them; nothing while there are none. */
export function TemplateSelect({ value, onChoose }: TemplateSelectProps) {
  const { t } = useText();
  const [opened, dialog] = useDisclosure(false);
  const select = useRef<HTMLInputElement>(null);
  const { data } = useQuery(queries.templates.list.queryOptions({ input: { limit: mostTemplates } }));
  const templates = data?.templates ?? [];
  if (templates.length === 0) return null;
  const chosen = templates.find(({ id }) => id === value);
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        ref={select}
        size="xs"
        w={230}
        aria-label={t('templates.one')}
        placeholder={t('templates.choose')}
        searchable
        clearable
        nothingFoundMessage={t('common.noMatch')}
        data={templates.map(({ id, name }) => ({ value: id, label: name }))}
        value={chosen?.id ?? null}
        onChange={(id) => onChoose(templates.find((one) => one.id === id) ?? null)}
      />
      {chosen && (
        <Tooltip label={t('templates.remove')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('templates.remove')} onClick={dialog.open}>
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {chosen && (
        <ConfirmDialog
          opened={opened}
          onClose={dialog.close}
          title={t('templates.removeTitle', { name: chosen.name })}
          text={t('templates.removeText')}
          action={t('templates.remove')}
          dangerous
          send={(_input, options) => engine.templates.remove({ template: chosen.id }, options)}
          onDone={() => {
            onChoose(null);
            // The button that had the focus goes with the template.
            select.current?.focus();
          }}
          refresh={queries.templates.key()}
        />
      )}
    </Group>
  );
}
