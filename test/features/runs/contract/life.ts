import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { trainingConfigSchema } from '../../../../src/shared/model/training-config.ts';
import { type CreateWorld, journalOf, queueRun, statesOf, until, untilOver } from '../support/acts.ts';

/** A run’s life, whoever drives the runs. */
export function runLifeContract(createWorld: CreateWorld): void {
  test('a run is queued, trained and completed, with every row that belongs to it', async () => {
    await using world = await createWorld();
    const { stage, datasetId, projectId } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick', { epochs: 3 });
    const run = await untilOver(stage, runId);

    expect(run).toMatchObject({
      status: 'completed',
      progress: 100,
      error: null,
      model: 'builtin/quick',
      dataset: { id: datasetId, version: 1 },
      project: { id: projectId, name: 'demo' },
      finalMetrics: { val_accuracy: 0.03, val_loss: 1 / 12 },
      etaMs: null,
      attemptCount: 1,
      actions: ['retry'],
    });
    expect(run.name).toMatch(/^shapes-\w+ · quick · 1$/);
    expect(run.durationMs).toBeGreaterThan(0);
    expect(run.attempts).toEqual([
      expect.objectContaining({
        attempt: 1,
        status: 'completed',
        cause: 'completed',
        exitCode: 0,
        exitSignal: null,
        resumedFrom: null,
      }),
    ]);
    expect(run.artifacts.map(({ kind, path: file }) => [kind, file])).toEqual(
      expect.arrayContaining([
        ['checkpoint', 'checkpoints/last.safetensors'],
        ['model', 'artifacts/model.safetensors'],
      ]),
    );

    const { rows } = await stage.pool.query(
      `SELECT run.temporal_workflow_id, config.*, project.workflow_count FROM workflows AS run
     JOIN workflow_configs AS config ON config.workflow_id = run.id JOIN projects AS project ON project.id = run.project_id`,
    );
    expect(rows).toEqual([
      expect.objectContaining({
        temporal_workflow_id: `run-${runId}`,
        task_type: 'classification',
        model_source: 'builtin',
        model_name: 'quick',
        dataset_id: datasetId,
        num_classes: 2,
        class_names: ['round', 'square'],
        required_gpu_count: 0,
        required_memory_gb: 0,
        workflow_count: 1,
      }),
    ]);
    const document = await stage.parts.documents.get('training_configs', `${runId}:1`);
    expect(document).toMatchObject({ workflowId: runId, version: 1, source: 'manual', config: run.config });
    expect(await stage.parts.cache.get(`workflow:status:${runId}`)).toMatchObject({
      status: 'completed',
      progress: 100,
    });
    const audited = await stage.parts.documents.find('audit_logs', {}, 100);
    expect(audited.filter(({ action }) => String(action).startsWith('workflow.'))).toEqual([
      expect.objectContaining({ action: 'workflow.create', userId: localOwnerId }),
    ]);
  });

  test('the journal tells the whole life, its numbers dense', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    const run = await untilOver(stage, runId);
    const journal = await journalOf(stage, runId);
    expect(journal.map(({ type, attempt, payload }) => [type, attempt, payload.from, payload.to])).toEqual([
      ['state', null, null, 'pending'],
      ['config', null, undefined, undefined],
      ['state', null, 'pending', 'queued'],
      ['attempt', 1, null, 'starting'],
      ['attempt', 1, 'starting', 'running'],
      ['state', null, 'queued', 'running'],
      ['attempt', 1, 'running', 'completed'],
      ['state', null, 'running', 'completed'],
    ]);
    expect(journal[1]?.payload.config).toEqual(run.config);
    const { rows } = await stage.pool.query(
      `SELECT sum(span)::int AS numbers FROM run_events WHERE workflow_id = $1
     UNION ALL SELECT count(*)::int FROM metrics WHERE workflow_id = $1`,
      [runId],
    );
    expect(rows[0].numbers + rows[1].numbers).toBe(run.lastSeq);
  });

  test('the run directory holds the config and the images as docs/run-directory.md has them', async () => {
    await using world = await createWorld();
    const { stage, folder, datasetId } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick', {
      overrides: {
        dataset: { trainSplit: 0.5, imageSize: 16 },
        training: { epochs: 1, seed: 7, scheduler: { type: 'cosine' } },
      },
    });
    const run = await untilOver(stage, runId);
    const directory = run.attempts[0]?.runDirectory ?? '';
    expect(directory).toBe(path.join(folder, 'runs', runId, '1'));
    const config = JSON.parse(await readFile(path.join(directory, 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      protocol: 1,
      runId,
      attempt: 1,
      task: { type: 'classification', numClasses: 2, classNames: ['round', 'square'] },
      dataset: {
        datasetId,
        version: 1,
        root: '/images',
        manifest: 'dataset.jsonl',
        trainSplit: 0.5,
        valSplit: 0.5,
        imageSize: 16,
      },
      training: { epochs: 1, seed: 7, batchSize: 8, scheduler: { type: 'cosine', warmupEpochs: 0 } },
      resources: { gpuCount: 0 },
      resume: null,
    });
    const { protocol: _p, runId: _r, attempt: _a, resume: _e, dataset, ...rest } = config;
    const { root: _root, manifest: _manifest, ...kept } = dataset;
    expect(trainingConfigSchema.parse({ ...rest, dataset: kept })).toEqual(run.config);
    const lines = (await readFile(path.join(directory, 'dataset.jsonl'), 'utf8')).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line).path)).toEqual([
      'round/1.png',
      'round/2.png',
      'square/1.png',
    ]);
  });

  test('while it trains, a run tells of its progress and the time left', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const run = await until(
      stage,
      runId,
      'a time left',
      ({ status, etaMs }) => status === 'running' && etaMs !== null,
    );
    expect(run).toMatchObject({ actions: ['cancel'], totalEpochs: 1000, currentEpoch: 1 });
    expect(run.etaMs).toBeGreaterThan(0);
    expect(run.startedAt).not.toBeNull();
    expect(await statesOf(stage, runId)).toEqual(['pending', 'queued', 'running']);
  });

  test('an artifact is read from inside its run directory, and nothing else is', async () => {
    await using world = await createWorld();
    const { stage, folder } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    const run = await untilOver(stage, runId);
    const model = run.artifacts.find(({ kind }) => kind === 'model');
    const directory = run.attempts[0]?.runDirectory ?? '';
    const file = path.join(directory, 'artifacts', 'model.safetensors');
    const { body, size, name } = await stage.runs.views.readArtifact(runId, model?.id ?? '');
    expect([await text(body), name]).toEqual([await readFile(file, 'utf8'), 'model.safetensors']);
    expect(model?.url).toBe(`/files/runs/${runId}/artifacts/${model?.id}`);
    expect(size).toBe((await readFile(file)).length);

    await writeFile(path.join(folder, 'secret'), 'secret');
    await symlink(path.join(folder, 'secret'), path.join(directory, 'artifacts', 'link'));
    for (const outside of ['artifacts/link', '../../../secret', 'artifacts', 'artifacts/none']) {
      await stage.pool.query('UPDATE run_artifacts SET path = $1 WHERE id = $2', [outside, model?.id]);
      await expect(stage.runs.views.readArtifact(runId, model?.id ?? ''), outside).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
      });
    }
  });
}
