/** The second thread of the trainer (helper.ts). */
import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { Learned, Question } from './helper.ts';
import { Network } from './network.ts';
import { learn } from './part.ts';

const port = parentPort;
if (!port) throw new Error('This is a thread of the trainer, and no program.');

await tf.setBackend('wasm');
let network: Network | null = null;
port.on('message', (question: Question) => {
  if (question.kind === 'begin') {
    network = new Network(question.architecture);
    return;
  }
  if (!network) throw new Error('The second thread was asked before it knew the network.');
  if (question.kind === 'predict') {
    const scores = network.predict(question.images, question.weights);
    port.postMessage(scores, [scores.buffer as ArrayBuffer]);
    return;
  }
  const gradient = new Float32Array(network.size);
  const learned: Learned = { gradient, ...learn(network, question.weights, question.part, gradient) };
  port.postMessage(learned, [gradient.buffer]);
});
