import { Box, Group } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Dataset } from '../../shared/contract/datasets.ts';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';
import { useFileUrl } from '../rpc/files.ts';
import classes from './card.module.css';
import { CancelImport, FileProgress } from './import-progress.tsx';
import { useLabelTexts } from './label-texts.ts';
import { Note, Tag } from './note.ts';
import { ObjectOverlay } from './object-overlay.tsx';
import type { CardPlace } from './pages/card-grid.tsx';
import { useKnownProblem } from './problem-alert.tsx';
import { DatasetStatus } from './status-badge.tsx';
import { TimeText } from './time-text.tsx';

/** How many images a card shows. */
const previewCount = 8;

/** So high is a card at each width, so that a long list stays as long while one goes through it. */
export const datasetCardHeight = 144;

/** A dataset at a glance: some of its images, how much there is, how its import goes. */
export function DatasetCard({ dataset, place }: { readonly dataset: Dataset; readonly place: CardPlace }) {
  const { t, format } = useText();
  const failure = dataset.version === null && dataset.status === 'error' ? dataset.import?.error : null;
  const facts = [
    t('datasets.images', { count: dataset.images, formatted: format.number(dataset.images) }),
    ...useLabelTexts()
      .countsOf(dataset.labels ?? {})
      .slice(0, 1),
    t('datasets.classes', { count: dataset.classes.length }),
    // A card has no room for a fourth.
    ...(dataset.labels ? [] : [format.bytes(dataset.sizeBytes)]),
  ];
  const runningImport = dataset.import && dataset.status === 'processing' ? dataset.import : null;
  return (
    <article {...place} className={`surface ${classes.card}`} style={{ minHeight: datasetCardHeight }}>
      <Preview dataset={dataset} />
      <Box p="12px 16px">
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <Link
            to="/datasets/$datasetId"
            params={{ datasetId: dataset.id }}
            className={`cut ${classes.link}`}
          >
            {dataset.name}
          </Link>
          <DatasetStatus status={dataset.status} />
        </Group>
        {runningImport ? (
          <>
            <FileProgress progress={runningImport} />
            <Box mt={8} ta="right" className={classes.above}>
              <CancelImport importId={runningImport.id} phase={runningImport.phase} name={dataset.name} />
            </Box>
          </>
        ) : failure ? (
          <Failure problem={failure} />
        ) : (
          <Note mt={2} truncate title={facts.join(' · ')}>
            {facts.join(' · ')}
          </Note>
        )}
        <Group gap={6} mt={10} mih={22} fz={12} className="muted tabular">
          {dataset.version !== null && <Tag>v{dataset.version}</Tag>}
          {dataset.projects.slice(0, 2).map((project) => (
            <span key={project.id}>{project.name}</span>
          ))}
          <span style={{ marginLeft: 'auto' }}>
            <TimeText time={dataset.updatedAt} />
          </span>
        </Group>
      </Box>
    </article>
  );
}

/** Why there is nothing in it. */
function Failure({ problem }: { readonly problem: NonNullable<NonNullable<Dataset['import']>['error']> }) {
  const { message } = useKnownProblem(problem);
  return (
    <Note mt={2} truncate title={message}>
      {message}
    </Note>
  );
}

/** The first images of the first classes: what a dataset is, faster than any text. */
function Preview({ dataset }: { readonly dataset: Dataset }) {
  const each = Math.max(1, Math.ceil(previewCount / Math.max(1, dataset.classes.length)));
  // An image with objects shows several classes at once.
  const wanted = dataset.labels
    ? [{ limit: previewCount }]
    : dataset.classes.slice(0, previewCount).map(({ name }) => ({ class: name, limit: each }));
  const samples = useQueries({
    queries: wanted.map((part) =>
      queries.datasets.images.queryOptions({
        input: { dataset: dataset.id, ...part },
        enabled: dataset.version !== null,
        staleTime: Number.POSITIVE_INFINITY,
      }),
    ),
  });
  const fileUrl = useFileUrl();
  const images = samples.flatMap((sample) => sample.data?.images ?? []);
  return (
    <div className={classes.preview} aria-hidden="true">
      {Array.from({ length: previewCount }, (_, index) => {
        const image = images[index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place in the row is all that an empty one is
          <span key={index}>
            {image && <img src={fileUrl(image.thumbnailUrl)} alt="" loading="lazy" className="cover" />}
            {image?.objects && <ObjectOverlay image={image} objects={image.objects} />}
          </span>
        );
      })}
    </div>
  );
}
