// Makes fashion-mnist.tar.gz from the training files of the original data set:
//   node make-fashion-mnist.mjs FOLDER
// FOLDER holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz (Debian: /usr/share/datasets/fashion-mnist).
// The first 500 different images of each class are taken, in the order of the original: the same input gives the same bytes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import tar from 'tar-stream';

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

const taken = classNames.map(() => []);
const seen = new Set();
for (let index = 0; index < labels.readUInt32BE(4); index += 1) {
  const label = labels[8 + index];
  if (taken[label].length >= perClass) continue;
  const pixels = images.subarray(16 + index * width * height, 16 + (index + 1) * width * height);
  const hash = createHash('sha256').update(pixels).digest('hex');
  if (seen.has(hash)) continue;
  seen.add(hash);
  taken[label].push(await smallestPng(pixels, width, height));
}

const archive = tar.pack();
for (const [name, pngs] of classNames.map((name, label) => [name, taken[label]]).sort()) {
  for (const [index, png] of pngs.entries()) {
    const file = `${name}/${String(index + 1).padStart(4, '0')}.png`;
    archive.entry({ name: file, mode: 0o644, mtime: new Date(0) }, png);
  }
}
archive.finalize();
const packed = gzipSync(await buffer(archive), { level: 9 });
writeFileSync(path.join(import.meta.dirname, 'fashion-mnist.tar.gz'), packed);
process.stdout.write(`${seen.size} images of ${classNames.length} classes, ${packed.length} bytes\n`);
