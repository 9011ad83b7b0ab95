import { expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { createWorld, until, untilOver } from '../features/runs/support/acts.ts';
import { containersOf, queueScript, root, withContainers } from './support/script-containers.ts';
import { withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: scripts in containers, ${reason}`);
const testWithImage = test.skipIf(reason !== null);

testWithImage('a script in a container is read, keeps what it left, and leaves no container', async () => {
  await using world = await createWorld({ parts: withContainers });
  const { stage } = world;
  stage.runs.loop.start();
  const runId = await queueScript(
    world,
    `printf 'epoch,loss\\n1,0.5\\n' > results.csv && echo weights > "$TRAINYARD_OUTPUT/model.onnx" && pwd`,
  );
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({ status: 'completed', executor: 'image', finalMetrics: { loss: 0.5 } });
  expect(run.artifacts).toMatchObject([{ path: 'output/model.onnx' }]);
  expect(await containersOf(runId)).toBe('');
});

testWithImage(
  'a script in a container is cancelled, what it started too, and may end by itself',
  async () => {
    await using world = await createWorld({ parts: withContainers });
    const { stage } = world;
    stage.runs.loop.start();
    const program = `trap 'echo 2,0.25 >> results.csv; exit 0' TERM; printf 'epoch,loss\\n1,0.5\\n' > results.csv; while :; do sleep 0.05; done`;
    const runId = await queueScript(world, `sh -c "${program}"; true`);
    await until(stage, runId, 'its first point', ({ metricNames }) => metricNames.includes('loss'));
    await stage.runs.commands.cancel(localOwnerId, runId, 30_000);
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'cancelled', finalMetrics: { loss: 0.25 } });
    expect(await containersOf(runId)).toBe('');
  },
);

testWithImage(
  'an image that is not there, or a folder with the state in it, is refused by name',
  async () => {
    await using world = await createWorld({ parts: withContainers });
    const missing = queueScript(world, 'true', { image: 'nobody/has-this:1' });
    await expect(missing).rejects.toMatchObject({ code: 'SCRIPT_IMAGE_NOT_FOUND' });
    const open = queueScript(world, 'true', { folder: root });
    await expect(open).rejects.toMatchObject({ code: 'SCRIPT_FOLDER_HOLDS_STATE' });
  },
);
