import { SimpleGrid } from '@mantine/core';
import { areMasksOnly, shownCounts } from '../../../shared/model/label-counts.ts';
import { Facts } from '../../components/facts.tsx';
import { splitOrder } from '../../components/label-texts.ts';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { Bars } from './bars.tsx';
import { ClassBalance } from './class-balance.tsx';
import type { ShownDataset, Version } from './shown-types.ts';

interface OverviewProps {
  readonly dataset: ShownDataset;
  readonly version: Version;
  /** A class was chosen, to see its images. */
  readonly onClass: (name: string) => void;
}

/** What is in a version: facts, its classes, and of labelled images the sizes of objects. */
export function Overview({ dataset, version, onClass }: OverviewProps) {
  const { t } = useText();
  const { labels } = version;
  const perClass = t(
    labels ? (areMasksOnly(labels) ? 'labels.masksPerClass' : 'labels.perClass') : 'datasets.perClass',
  );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Section panel title={t('datasets.overview')}>
        <VersionFacts dataset={dataset} version={version} />
      </Section>
      <Section panel title={perClass}>
        <ClassBalance
          label={perClass}
          classes={version.classes}
          areColored={labels !== null}
          onClass={onClass}
        />
      </Section>
      {labels && labels.boxes > 0 && (
        <Section panel title={t('labels.sizes')}>
          <Sizes sizes={labels.sizes} />
        </Section>
      )}
      {Object.keys(version.splits).length > 0 && (
        <Section panel title={t('labels.split')}>
          <Bars
            label={t('labels.split')}
            shares
            bars={splitOrder.flatMap((split) => {
              const count = version.splits[split];
              return count === undefined ? [] : [{ name: t(`labels.splits.${split}`), count }];
            })}
          />
        </Section>
      )}
    </SimpleGrid>
  );
}

function VersionFacts({ dataset, version }: Pick<OverviewProps, 'dataset' | 'version'>) {
  const { t, format } = useText();
  const { labels } = version;
  return (
    <Facts
      facts={[
        [t('datasets.imageCount'), format.number(version.images)],
        ...shownCounts(labels ?? {}).map(
          ([key, count]) => [t(`labels.${key}`), format.number(count)] as const,
        ),
        [t('datasets.classCount'), format.number(version.classes.length)],
        [t('datasets.size'), format.bytes(version.sizeBytes)],
        [t('datasets.format'), t(`formats.${version.format}`)],
        ...(Object.keys(version.splits).length === 0
          ? [[t('labels.split'), t('labels.noSplits')] as const]
          : []),
        [t('datasets.kept'), t(`datasets.modes.${version.mode}`)],
        [t('datasets.storage'), version.rootPath ?? dataset.storagePath, 'mono'],
        [t('datasets.updated'), <TimeText key="time" time={dataset.updatedAt} />],
      ]}
    />
  );
}

/** How many objects are small, medium and large, in COCO's sense. */
function Sizes({ sizes }: { readonly sizes: NonNullable<Version['labels']>['sizes'] }) {
  const { t } = useText();
  const bars = (['small', 'medium', 'large'] as const).map((size) => ({
    name: t(`labels.${size}`),
    note: t(`labels.${size}Limit`),
    count: sizes[size],
  }));
  return (
    <>
      <Note mb="sm">{t('labels.sizesHint')}</Note>
      <Bars label={t('labels.sizes')} bars={bars} shares />
    </>
  );
}
