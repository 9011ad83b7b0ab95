import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { findNode } from './find-node.mjs';
import { whenOrphaned } from './when-orphaned.mjs';

/**
 * Runs a program on the product's Node with this process's terminal, passes signals on and ends as it ended.
 * @param {string[]} argv program and arguments for Node
 * @param {{env?: Record<string, string | undefined>}} [options]
 * @returns {Promise<number>} its exit code; 128 + the signal's number where a signal ended it
 */
export function runNode(argv, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(findNode(), argv, { stdio: 'inherit', env: options.env ?? process.env });
    const pass = (signal) => child.kill(signal);
    // A terminal's Ctrl-C reaches the child by itself; here it must only not end this process first.
    const keep = process.stdin.isTTY ? () => {} : pass;
    const stopLooking = whenOrphaned(() => child.kill('SIGTERM'));
    process.on('SIGINT', keep);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      stopLooking();
      process.off('SIGINT', keep);
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
