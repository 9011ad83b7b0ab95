#!/usr/bin/env node
// The command line: builds what is stale in a checkout, then runs out/node/cli.js on the product's Node.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { isWantedNode } from './find-node.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const building = {
  node: ['Building the command line.', '명령줄 프로그램을 빌드합니다.'],
  workflows: ['Building the workflows.', '워크플로를 빌드합니다.'],
  desktop: ['Building the page.', '화면을 빌드합니다.'],
};
// These two lead to the page; the others need none, and should not wait for its build.
const showsPage = ['serve', 'open'].includes(process.argv[2]);

// Whoever reads this may have gone; the command itself says nothing of it either.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await ensureBuilt({
    only: showsPage ? ['node', 'workflows', 'desktop'] : ['node', 'workflows'],
    onBuild: async (part) => {
      const { isKorean } = await import('./locale.mjs');
      process.stderr.write(`${building[part][Number(isKorean())]}\n`);
    },
  });
  const program = path.join(root, 'out', 'node', 'cli.js');
  // npm takes no signals on to what it runs: there somebody has to look whether it is gone.
  if (isWantedNode() && !process.env.npm_lifecycle_event) await import(pathToFileURL(program).href);
  else {
    const { runNode } = await import('./run-node.mjs');
    process.exitCode = await runNode([program, ...process.argv.slice(2)]);
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
