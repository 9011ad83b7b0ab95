// Finds the Node that the product runs on. Plain JavaScript for any Node ≥ 20: it is what the user's own Node executes.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { existsSync } = require('node:fs');
const wanted = 24;
const platform = process.platform === 'win32' ? 'win' : process.platform;

/** Whether a program of the product may run in this process: the packages' native code is built for one major version. */
export const isWantedNode = () => Number(process.versions.node.split('.')[0]) === wanted;

/**
 * The absolute path of a Node of at least major version 24: the one that came with the product, else the running one.
 * @returns {string}
 * @throws {Error} where neither is there; the message says how to fix it
 */
export function findNode() {
  try {
    const folder = path.dirname(require.resolve(`node-${platform}-${process.arch}/package.json`));
    const binary = path.join(folder, 'bin', platform === 'win' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
  throw new Error(
    `Trainyard runs on Node ${wanted}, which comes with it for Linux and Windows; on ${process.platform}-${process.arch} this is Node ${process.versions.node}. ` +
      `Install Node ${wanted} or newer and run the command again (or run "npm ci" if optional packages were left out).`,
  );
}
