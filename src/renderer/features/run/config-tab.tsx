import { Box, SimpleGrid, Text } from '@mantine/core';
import { Fragment } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { CopyAction } from '../../components/copy-action.tsx';
import { flatten, withoutFields } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import { KeepSettings } from '../../components/keep-settings.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { useText } from '../../i18n/use-text.ts';

const groups = ['task', 'model', 'dataset', 'training', 'resources'] as const;

/** What a run trains, readable, and as the document it is. */
export function ConfigTab({ run }: { readonly run: Run }) {
  const { config, unread } = run;
  if (config) return <TrainingConfigView {...{ config, unread }} datasetName={run.dataset?.name} />;
  return run.script && <ScriptView script={run.script} />;
}

/** A script of somebody's own: what is started, and where. */
function ScriptView({ script }: { readonly script: NonNullable<Run['script']> }) {
  const { t } = useText();
  return (
    <div className="surface panel">
      <Section title={t('config.command')} size={14} mb={4}>
        <JsonView value={script.command} />
      </Section>
      <Section title={t('config.folder')} size={14} mb={4}>
        <Text size="sm" className="mono" style={{ overflowWrap: 'anywhere' }}>
          {script.folder}
        </Text>
      </Section>
      {script.image && (
        <Section title={t('config.image')} size={14} mb={4}>
          <Text size="sm" className="mono">
            {script.image}
          </Text>
        </Section>
      )}
      <Section title={t('config.environment')} size={14} mb={4}>
        <Facts facts={Object.entries(script.environment)} />
      </Section>
    </div>
  );
}

/** A dotted path, which breaks where a part or a word of it begins. */
function Path({ path }: { readonly path: string }) {
  return path.split(/(?<=\.)|(?=[A-Z])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

interface TrainingConfigProps {
  readonly config: NonNullable<Run['config']>;
  /** Fields of it that are not the run's. */
  readonly unread: Run['unread'];
  readonly datasetName: string | undefined;
}

function TrainingConfigView({ config: whole, unread, datasetName }: TrainingConfigProps) {
  const { t } = useText();
  const config = withoutFields(whole, unread);
  // By name: no other machine knows the dataset's id.
  const { datasetId, ...reading } = config.dataset;
  const portable = {
    ...config,
    dataset: datasetName ? { name: datasetName, ...reading } : { datasetId, ...reading },
  };
  const shown = (value: string | number | boolean | null) =>
    value === null ? '–' : typeof value === 'boolean' ? (value ? t('common.yes') : t('common.no')) : value;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <div className="surface panel">
        {unread.length > 0 && <Note mb="md">{t('templates.leftOut', { fields: unread.join(', ') })}</Note>}
        {groups.map((group) => (
          <div key={group} style={{ marginBottom: 18 }}>
            <Section title={t(`config.${group}`)} size={14} mb={4}>
              <Facts
                facts={Object.entries(flatten(config[group])).map(([path, value]) => [
                  <Path key={path} path={path} />,
                  shown(value),
                ])}
              />
            </Section>
          </div>
        ))}
      </div>
      <Section title={t('config.document')} size={14} mb="xs">
        <Box mb="xs">
          <KeepSettings config={portable} fileName={config.model.name.replaceAll(/[^\w.-]+/g, '-')} />
        </Box>
        <JsonView value={config} />
      </Section>
    </SimpleGrid>
  );
}

/** A text, or a document as JSON, to read and to copy. */
function JsonView({ value }: { readonly value: unknown }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <Box pos="relative">
      <Box pos="absolute" top={6} right={6}>
        <CopyAction text={text} />
      </Box>
      <pre className="output" style={{ maxHeight: 760 }}>
        {text}
      </pre>
    </Box>
  );
}
