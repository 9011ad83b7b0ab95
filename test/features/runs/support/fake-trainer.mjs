// A trainer that keeps to the run directory protocol and learns nothing: what it does is the name of its model.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const directory = process.argv[2];
const config = JSON.parse(readFileSync(path.join(directory, 'config.json'), 'utf8'));
const behaviour = config.model.name;
const { epochs } = config.training;
const stepsAnEpoch = 4;

const eventsFile = path.join(directory, 'events.jsonl');
const already = existsSync(eventsFile) ? readFileSync(eventsFile, 'utf8').split('\n').length - 1 : 0;
const events = openSync(eventsFile, 'a');
let seq = already;
function emit(type, fields) {
  seq += 1;
  writeSync(events, `${JSON.stringify({ seq, time: new Date().toISOString(), type, ...fields })}\n`);
}

function safetensors(values) {
  const data = Buffer.from(Float32Array.from(values).buffer);
  const header = Buffer.from(
    JSON.stringify({ weights: { dtype: 'F32', shape: [values.length], data_offsets: [0, data.length] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

function checkpoint(epoch, step) {
  mkdirSync(path.join(directory, 'checkpoints'), { recursive: true });
  writeFileSync(path.join(directory, 'checkpoints', 'last.safetensors'), safetensors([epoch, step]), {
    flush: true,
  });
  emit('checkpoint', { path: 'checkpoints/last.safetensors', epoch, step, kind: 'last' });
  fsyncSync(events);
}

let epoch = config.resume?.epoch ?? 0;
let step = config.resume?.step ?? 0;
let stopping = false;
function finish(status, code, metrics = {}) {
  emit('result', { status, metrics });
  fsyncSync(events);
  closeSync(events);
  process.exit(code);
}
function stop() {
  if (stopping || behaviour === 'stubborn') return;
  stopping = true;
  checkpoint(epoch, step);
  finish('cancelled', 0, { train_loss: 1 / (step + 1) });
}
process.on('SIGTERM', stop);
process.stdin.on('end', stop).resume();

process.stdout.write(`training ${behaviour} from step ${step}\n`);
emit('log', { level: 'info', message: `attempt ${config.attempt}` });

if (behaviour === 'failing') {
  process.stderr.write(
    'Traceback (most recent call last):\n  File "train.py", line 7, in step\nValueError: loss is not finite\n',
  );
  process.exit(3);
}
if (behaviour === 'silent') process.exit(0);
if (behaviour === 'crashing') {
  emit('progress', { epoch: 1, epochs, step: 1, steps: epochs * stepsAnEpoch, etaMs: 5000 });
  process.kill(process.pid, 'SIGKILL');
}

function oneStep() {
  step += 1;
  epoch = Math.ceil(step / stepsAnEpoch);
  emit('progress', {
    epoch,
    epochs,
    step,
    steps: epochs * stepsAnEpoch,
    etaMs: (epochs * stepsAnEpoch - step) * 10,
  });
  emit('metric', { epoch, step, values: { train_loss: 1 / step } });
  if (step % stepsAnEpoch === 0) checkpoint(epoch, step);
}

if (behaviour === 'quick' || behaviour === 'flaky' || behaviour === 'steady') {
  while (step < epochs * stepsAnEpoch) {
    oneStep();
    // Long enough for things to happen meanwhile, and over by itself or when there was enough.
    if (behaviour === 'steady') await delay(100);
    if (behaviour === 'steady' && existsSync(path.join(directory, 'enough'))) break;
    // Fails once, after its first epoch, and succeeds when it is resumed.
    if (behaviour === 'flaky' && step === stepsAnEpoch) {
      process.stderr.write('out of luck\n');
      process.exit(1);
    }
  }
  writeFileSync(path.join(directory, 'artifacts', 'model.safetensors'), safetensors([step]), { flush: true });
  emit('artifact', {
    path: 'artifacts/model.safetensors',
    kind: 'model',
    name: 'model',
    mediaType: 'application/octet-stream',
  });
  finish('completed', 0, { val_accuracy: epochs / 100, val_loss: 1 / step });
} else {
  // `slow` and `stubborn`: on and on until told to stop. `waiting`: one step, and then nothing.
  oneStep();
  checkpoint(epoch, step);
  setInterval(behaviour === 'waiting' ? () => {} : oneStep, 200);
}
