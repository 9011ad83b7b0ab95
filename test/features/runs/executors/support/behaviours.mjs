// A trainer for the contract of executors: what it does is the name of its model.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const directory = process.argv[2];
const { model } = JSON.parse(readFileSync(path.join(directory, 'config.json'), 'utf8'));

function stop() {
  console.log('stopped');
  process.exit(0);
}

if (model.name === 'quick') {
  console.log('out 한글');
  console.error('err');
} else if (model.name === 'failing') {
  process.exitCode = 3;
} else if (model.name === 'leaving') {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  child.unref();
  console.log(`left ${child.pid}`);
} else {
  if (model.name === 'waiting') {
    process.on('SIGTERM', stop);
    process.stdin.on('end', stop).resume();
  } else process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
  console.log('ready');
}
