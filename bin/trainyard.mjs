#!/usr/bin/env node
// The command line: builds what is stale in a checkout, then runs out/node/cli.js on the product's Node.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { isKorean } from './locale.mjs';
import { runNode } from './run-node.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const building = isKorean() ? '명령줄 프로그램을 빌드합니다.' : 'Building the command line.';

try {
  await ensureBuilt({ only: ['node'], onBuild: () => process.stderr.write(`${building}\n`) });
  process.exitCode = await runNode([path.join(root, 'out', 'node', 'cli.js'), ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
