// Runs any script on the product's Node: node bin/node24.mjs SCRIPT [ARGUMENTS]
import { runNode } from './run-node.mjs';

process.exitCode = await runNode(process.argv.slice(2));
