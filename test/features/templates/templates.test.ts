import { expect, test } from 'vitest';
import { auditLog } from '../../../src/main/features/audit/audit-log.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { Templates } from '../../../src/main/features/templates/templates.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import type { TrainingOverrides } from '../../../src/shared/model/training-config.ts';
import { createTestDatabase } from '../../support/postgres.ts';

async function createWorld() {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url }, { max: 4 });
  const failures: unknown[] = [];
  const documents = new PostgresDocumentStore(pool);
  const audit = auditLog(documents, (error) => failures.push(error));
  return {
    ...{ pool, failures, documents, templates: new Templates(new Db(pool), audit) },
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

const page = { limit: 100 };
const detector: TrainingOverrides = {
  task: { type: 'detection', numClasses: 2, classNames: ['가위', 'rock'] },
  model: { source: 'torchvision', name: 'fcos_resnet18_fpn' },
  dataset: { datasetId: '6e2137bd-dfe1-478a-9c34-c319714d6607', version: 3, imageSize: [480, 640] },
  training: { epochs: 7, learningRate: 1e-4, classWeights: [1, 2] },
};

test('a template keeps a config without its data, and is found by name in any case', async () => {
  await using world = await createWorld();
  const { templates, failures } = world;
  const saved = await templates.save(localOwnerId, { name: '검출기 A', config: detector, replace: false });
  expect(saved.config).toEqual({
    task: { type: 'detection' },
    model: detector.model,
    dataset: { imageSize: [480, 640] },
    training: { epochs: 7, learningRate: 1e-4 },
  });
  expect(await templates.show(localOwnerId, '검출기 a')).toEqual(saved);
  expect(await templates.show(localOwnerId, saved.id)).toEqual(saved);
  await templates.save(localOwnerId, { name: 'other', config: {}, replace: false });
  const { templates: listed, total } = await templates.list(localOwnerId, page);
  expect([listed.map(({ name }) => name), total]).toEqual([['other', '검출기 A'], 2]);
  expect(failures).toEqual([]);
});

test('a name that is taken is refused, unless its template is to be replaced, which keeps its id', async () => {
  await using world = await createWorld();
  const { templates } = world;
  const first = await templates.save(localOwnerId, { name: 'quick', config: detector, replace: false });
  const again = { name: 'QUICK', config: { training: { epochs: 1 } } };
  await expect(templates.save(localOwnerId, { ...again, replace: false })).rejects.toMatchObject({
    code: 'TEMPLATE_NAME_TAKEN',
  });
  expect((await templates.show(localOwnerId, 'quick')).config).toEqual(first.config);
  const second = await templates.save(localOwnerId, { ...again, replace: true });
  expect(second).toMatchObject({ id: first.id, name: 'QUICK', config: again.config });
  const audits = await world.documents.find('audit_logs', {}, 10);
  const { name, config } = first;
  expect(audits.map(({ metadata }) => metadata)).toEqual(
    expect.arrayContaining([
      { changes: { before: null, after: { name, config } } },
      { changes: { before: { name, config }, after: again } },
    ]),
  );
});

test('of two that are saved under one name at once, one is refused and none is lost', async () => {
  await using world = await createWorld();
  const save = (epochs: number) =>
    world.templates.save(localOwnerId, { name: 'one', config: { training: { epochs } }, replace: false });
  const results = await Promise.allSettled([1, 2, 3, 4].map(save));
  const [kept] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
  expect((await world.templates.list(localOwnerId, page)).templates).toEqual([kept]);
});

test('a template that was removed is not there any more', async () => {
  await using world = await createWorld();
  const { id } = await world.templates.save(localOwnerId, { name: 'gone', config: {}, replace: false });
  expect(await world.templates.remove(localOwnerId, 'Gone')).toEqual({ id });
  await expect(world.templates.show(localOwnerId, id)).rejects.toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
  await expect(world.templates.remove(localOwnerId, 'gone')).rejects.toMatchObject({
    code: 'TEMPLATE_NOT_FOUND',
  });
});

test('a template of another release is listed and opened with what is known of it, and says what is left out', async () => {
  await using world = await createWorld();
  const { templates, pool } = world;
  const stored = {
    task: { type: 'detection', colour: 'red' },
    model: { source: 'torchvision', name: 'fcos_resnet18_fpn', layers: 18 },
    dataset: { imageSize: ['large', 'small'], augmentation: { randomFlip: 'yes', mosaic: true } },
    training: { epochs: 7, learningRate: 'fast', scheduler: 'cosine', classWeights: [1, 'two'] },
    machine: { name: 'box' },
    resources: [],
  };
  const config = {
    task: { type: 'detection' },
    model: { source: 'torchvision', name: 'fcos_resnet18_fpn' },
    dataset: { augmentation: {} },
    training: { epochs: 7 },
  };
  const { id } = await templates.save(localOwnerId, { name: 'old', config: {}, replace: false });
  await templates.save(localOwnerId, { name: 'own', config: { training: { epochs: 1 } }, replace: false });
  await pool.query('UPDATE run_templates SET config = $1 WHERE id = $2', [JSON.stringify(stored), id]);
  const opened = await templates.show(localOwnerId, 'old');
  expect(opened.config).toEqual(config);
  expect([...opened.leftOut].sort()).toEqual([
    ...['dataset.augmentation.mosaic', 'dataset.augmentation.randomFlip', 'dataset.imageSize', 'machine'],
    ...['model.layers', 'resources', 'task.colour'],
    ...['training.classWeights', 'training.learningRate', 'training.scheduler'],
  ]);
  const { templates: listed } = await templates.list(localOwnerId, page);
  expect(listed.map(({ name, leftOut }) => [name, leftOut.length])).toEqual([
    ['own', 0],
    ['old', 10],
  ]);
  for (const odd of ['null', '[]', '"text"', '7', '{"training": null}']) {
    await pool.query('UPDATE run_templates SET config = $1 WHERE id = $2', [odd, id]);
    expect((await templates.show(localOwnerId, 'old')).config).toEqual({});
  }
});
