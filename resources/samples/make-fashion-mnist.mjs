// Makes fashion-mnist/ from the training files of the original data set:
//   node make-fashion-mnist.mjs FOLDER
// FOLDER holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz (Debian: /usr/share/datasets/fashion-mnist).
// The first 500 different images of each class are taken, in the order of the original: the same input gives the same files.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';

const perClass = 500;
const classNames = [
  't-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle-boot',
];

/** The smaller of the two PNG encodings that keep every grey value. */
async function smallestPng(pixels, width, height) {
  const image = () => sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  const candidates = [];
  for (const adaptiveFiltering of [false, true]) {
    candidates.push(await image().png({ compressionLevel: 9, adaptiveFiltering }).toBuffer());
  }
  return candidates.reduce((smallest, candidate) => (candidate.length < smallest.length ? candidate : smallest));
}

const source = process.argv[2];
if (!source) throw new Error('Name the folder that holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz.');
const images = gunzipSync(readFileSync(path.join(source, 'train-images-idx3-ubyte.gz')));
const labels = gunzipSync(readFileSync(path.join(source, 'train-labels-idx1-ubyte.gz')));
if (images.readUInt32BE(0) !== 2051 || labels.readUInt32BE(0) !== 2049) throw new Error('These are not idx files of images and labels.');
const height = images.readUInt32BE(8);
const width = images.readUInt32BE(12);

const target = path.join(import.meta.dirname, 'fashion-mnist');
rmSync(target, { recursive: true, force: true });
const counts = classNames.map(() => 0);
const seen = new Set();
let bytes = 0;
for (let index = 0; index < labels.readUInt32BE(4); index += 1) {
  const label = labels[8 + index];
  if (counts[label] >= perClass) continue;
  const pixels = images.subarray(16 + index * width * height, 16 + (index + 1) * width * height);
  const hash = createHash('sha256').update(pixels).digest('hex');
  if (seen.has(hash)) continue;
  seen.add(hash);
  const png = await smallestPng(pixels, width, height);
  const folder = path.join(target, classNames[label]);
  mkdirSync(folder, { recursive: true });
  counts[label] += 1;
  writeFileSync(path.join(folder, `${String(counts[label]).padStart(4, '0')}.png`), png);
  bytes += png.length;
}
process.stdout.write(`${seen.size} images of ${classNames.length} classes, ${bytes} bytes\n`);
