import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ORPCError } from '@orpc/server';
import { makeProblem } from '../../src/main/features/datasets/problems.ts';
import { found, matches, newest, os, pageOf } from './fixture-api.ts';
import { lastCheck, nothingAt, unclear, validation, vanished } from './fixture-checks.ts';
import { fixtureId } from './fixture-data.ts';
import type { LabelledImage } from './fixture-labelled.ts';
import type { FixtureState } from './fixture-state.ts';

function shownImage(datasetId: string, image: FixtureState['images'][number]) {
  const url = `/files/datasets/${datasetId}/1/images/${image.sha256}`;
  return {
    path: image.path,
    class: image.class,
    split: null,
    sha256: image.sha256,
    size: image.bytes.length,
    width: 28,
    height: 28,
    channels: 1,
    objects: null,
    thumbnailUrl: `${url}?size=128`,
    url,
  };
}

function splitsOf(images: readonly LabelledImage[]) {
  const counts: Partial<Record<LabelledImage['split'], number>> = {};
  for (const { split } of images) counts[split] = (counts[split] ?? 0) + 1;
  return counts;
}

function shownLabelled(datasetId: string, image: LabelledImage) {
  const url = `/files/datasets/${datasetId}/1/images/${image.sha256}`;
  const { path, split, sha256, width, height, bytes } = image;
  const facts = { path, split, sha256, size: bytes.length, width, height, channels: 3 };
  return { ...facts, class: null, thumbnailUrl: `${url}?size=128`, url };
}

/** Datasets: every import is over at once, but that of /large, which goes on until it is cancelled. */
export function fixtureDatasets(state: FixtureState) {
  const imports = new Map<string, { path: string; datasetId: string; done: number; isCancelled: boolean }>();
  return {
    list: os.datasets.list.handler(({ input }) => {
      const all = newest(state.datasets.values()).filter(
        ({ name, projects }) =>
          matches(name, input.search) &&
          (input.project === undefined || projects.some(({ id }) => id === input.project)),
      );
      const { rows: datasets, ...rest } = pageOf(all, input);
      return { datasets, ...rest };
    }),
    show: os.datasets.show.handler(({ input }) => {
      const dataset = found(state.datasets.get(input.dataset), 'such dataset');
      return {
        ...dataset,
        versions:
          dataset.version === null
            ? []
            : [
                {
                  version: 1,
                  manifestSha256: 'a'.repeat(64),
                  mode: dataset.mode ?? 'copy',
                  rootPath: dataset.mode === 'in_place' ? '/data/flowers' : null,
                  images: dataset.images,
                  sizeBytes: dataset.sizeBytes,
                  classes: dataset.classes,
                  format: dataset.labels ? 'coco' : 'imagenet',
                  labels: dataset.labels,
                  splits: splitsOf(state.labelled.get(dataset.id) ?? []),
                  annotationsSha256: dataset.labels && 'b'.repeat(64),
                  createdAt: dataset.createdAt,
                  trainingRisks: state.trainingRisks,
                  correctedSizes: 0,
                },
              ],
        validation: lastCheck(dataset, state),
      };
    }),
    validate: os.datasets.validate.handler(({ input }) => validation(input.path, state)),
    startCheck: os.datasets.startCheck.handler(({ input }) => {
      const checkId = randomUUID();
      state.readings.push(input.reading);
      state.formats.push(input.format);
      state.checks.set(checkId, { path: input.path, done: 0 });
      return { checkId };
    }),
    waitForCheck: os.datasets.waitForCheck.handler(async ({ input }) => {
      const check = found(state.checks.get(input.checkId), 'such check');
      const under = { rate: null, secondsLeft: null, error: null };
      const gone = vanished(check.path) ?? unclear(check.path);
      if (gone) return { ...under, ...gone };
      if (!check.path.includes('large')) {
        const result = validation(check.path, state);
        return { ...under, phase: 'done', done: 118, total: 118, validation: result };
      }
      await delay(50);
      check.done += 1000;
      const pace = { rate: 712.4, secondsLeft: Math.ceil((100_000 - check.done) / 712.4) };
      return { ...under, ...pace, phase: 'validating', done: check.done, total: 100_000, validation: null };
    }),
    cancelCheck: os.datasets.cancelCheck.handler(({ input }) => {
      state.checks.delete(input.checkId);
      return { checkId: input.checkId };
    }),
    import: os.datasets.import.handler(({ input }) => {
      state.readings.push(input.reading);
      state.formats.push(input.format);
      if (input.path.includes('missing')) {
        const { code, message, hint, place } = nothingAt(input.path);
        throw new ORPCError(code, { status: 400, message, data: { hint, place } });
      }
      const importId = randomUUID();
      imports.set(importId, { path: input.path, datasetId: fixtureId(2, 1), done: 0, isCancelled: false });
      return { datasetId: fixtureId(2, 1), importId };
    }),
    waitForImport: os.datasets.waitForImport.handler(async ({ input }) => {
      const under = found(imports.get(input.importId), 'such import');
      const { path, datasetId } = under;
      if (path.includes('large')) {
        await delay(50);
        under.done += 1000;
        const phase = under.isCancelled ? 'cancelled' : 'validating';
        const none = { version: null, reused: false, validation: null, error: null };
        const pace = { done: under.done, total: 100_000, rate: 712.4, secondsLeft: 80 };
        return { id: input.importId, datasetId, phase, ...pace, ...none };
      }
      const result = validation(path, state);
      return {
        id: input.importId,
        datasetId,
        phase: result.ok ? 'done' : 'failed',
        done: 118,
        total: 118,
        rate: null,
        secondsLeft: null,
        error: result.ok
          ? null
          : {
              code: 'DATASET_INVALID',
              message: `${path} has 2 invalid entries; nothing was imported`,
              hint: 'Fix what is listed, or import it with the invalid ones left out.',
              place: {},
            },
        version: result.ok ? 1 : null,
        reused: false,
        validation: result,
        ...vanished(path),
      };
    }),
    cancelImport: os.datasets.cancelImport.handler(({ input: { importId } }) => {
      const under = imports.get(importId);
      if (under) under.isCancelled = true;
      for (const [id, dataset] of state.datasets)
        if (dataset.import?.id === importId) state.datasets.delete(id);
      return { importId };
    }),
    images: os.datasets.images.handler(({ input }) => {
      const dataset = found(state.datasets.get(input.dataset), 'such dataset');
      const labelled = state.labelled.get(dataset.id);
      if (labelled) {
        const index = dataset.classes.findIndex(({ name }) => name === input.class);
        const wanted = labelled
          .filter(({ split }) => input.split === undefined || split === input.split)
          .filter(({ objects }) => input.class === undefined || objects.some((one) => one.class === index));
        return {
          total: wanted.length,
          images: wanted.slice(input.offset, input.offset + input.limit).map((image) => ({
            ...shownLabelled(dataset.id, image),
            objects: image.objects
              .slice(0, 200)
              .map((object) => (object.box ? { ...object, mask: null } : object)),
          })),
        };
      }
      const all = state.images
        .slice(0, dataset.images)
        .filter((image) => input.class === undefined || image.class === input.class);
      return {
        total: all.length,
        images: all
          .slice(input.offset, input.offset + input.limit)
          .map((image) => shownImage(dataset.id, image)),
      };
    }),
    image: os.datasets.image.handler(({ input }) => {
      const dataset = found(state.datasets.get(input.dataset), 'such dataset');
      const labelled = state.labelled.get(dataset.id)?.find(({ path }) => path === input.path);
      if (labelled) {
        const objects = [...labelled.objects];
        return { ...shownLabelled(dataset.id, labelled), objects, findings: labelled.findings };
      }
      const image = state.images.find(({ path }) => path === input.path);
      return { ...shownImage(dataset.id, found(image, 'such image')), findings: [] };
    }),
    exportPlan: os.datasets.exportPlan.handler(({ input: { format, version = 1, ...input } }) => {
      const dataset = found(state.datasets.get(input.dataset), 'such dataset');
      return {
        datasetId: dataset.id,
        name: dataset.name,
        version,
        format,
        images: dataset.images,
        objects: 230,
        files: dataset.images + 2,
        tarBytes: 71_000,
        losses: format === 'yolo' ? [makeProblem('EXPORT_CROWDS_LEFT_OUT', '', { count: 3 })] : [],
        url: `/files/datasets/${dataset.id}/${version}/export?format=${format}`,
      };
    }),
    verify: os.datasets.verify.handler(() => ({ ok: true, problems: [] })),
    link: os.datasets.link.handler(({ input }) => ({ id: input.dataset })),
    remove: os.datasets.remove.handler(({ input }) => {
      state.datasets.delete(input.dataset);
      return { id: input.dataset };
    }),
  };
}
