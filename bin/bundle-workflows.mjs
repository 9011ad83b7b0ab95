// Makes the one file that Temporal's worker runs workflows from: out/node/workflows.js. bin/build.mjs calls this.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { code } = await bundleWorkflowCode({
  workflowsPath: path.join(root, 'src/main/features/runs/temporal/run-workflow.ts'),
  logger: new DefaultLogger('WARN'),
});
const folder = path.join(root, 'out', 'node');
await mkdir(folder, { recursive: true });
await writeFile(path.join(folder, 'workflows.js'), code);
