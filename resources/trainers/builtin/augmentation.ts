import type { TrainerConfig } from './config.ts';
import type { ImageFormat } from './image-format.ts';
import type { Target } from './loss.ts';
import type { Random } from './random.ts';

type AugmentationConfig = TrainerConfig['dataset']['augmentation'];

function flip(image: Float32Array, { height, width, channels }: ImageFormat): void {
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width >> 1; x += 1) {
      const left = (y * width + x) * channels;
      const right = (y * width + width - 1 - x) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const value = image[left + channel] ?? 0;
        image[left + channel] = image[right + channel] ?? 0;
        image[right + channel] = value;
      }
    }
  }
}

/** Turns about the centre, between the pixels linearly; beyond the edge the nearest pixel stands. */
function rotate(image: Float32Array, { height, width, channels }: ImageFormat, radians: number): void {
  const source = image.slice();
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const within = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const fromY = within(middleY + (y - middleY) * cosine - (x - middleX) * sine, height);
      const fromX = within(middleX + (y - middleY) * sine + (x - middleX) * cosine, width);
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      const [bottom, right] = [Math.min(height - 1, top + 1), Math.min(width - 1, left + 1)];
      const [down, across] = [fromY - top, fromX - left];
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (row: number, column: number) => source[(row * width + column) * channels + channel] ?? 0;
        const upper = at(top, left) * (1 - across) + at(top, right) * across;
        const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
        image[(y * width + x) * channels + channel] = upper * (1 - down) + lower * down;
      }
    }
  }
}

/** Changes brightness, contrast and (of coloured images) saturation, each by up to a fifth. Normalised images: 1 is a deviation. */
function jitter(image: Float32Array, { channels }: ImageFormat, random: Random): void {
  const brightness = (random.uniform() - 0.5) * 0.4;
  const contrast = 1 + (random.uniform() - 0.5) * 0.4;
  const saturation = 1 + (random.uniform() - 0.5) * 0.4;
  for (let at = 0; at < image.length; at += channels) {
    let grey = 0;
    for (let channel = 0; channel < channels; channel += 1) grey += (image[at + channel] ?? 0) / channels;
    for (let channel = 0; channel < channels; channel += 1) {
      const coloured = grey + ((image[at + channel] ?? 0) - grey) * saturation;
      image[at + channel] = coloured * contrast + brightness;
    }
  }
}

/** Blends each image with another of the batch (Zhang et al. 2017); one share, evenly distributed, for the whole batch. */
function mixup(images: Float32Array, order: readonly number[], size: number, share: number): void {
  const source = images.slice();
  for (const [index, partner] of order.entries()) {
    for (let at = 0; at < size; at += 1) {
      images[index * size + at] =
        share * (source[index * size + at] ?? 0) + (1 - share) * (source[partner * size + at] ?? 0);
    }
  }
}

/** Pastes a rectangle of another image of the batch (Yun et al. 2019). @returns the share of each image that is still its own */
function cutmix(
  images: Float32Array,
  order: readonly number[],
  format: ImageFormat,
  share: number,
  random: Random,
): number {
  const { height, width, channels } = format;
  const size = height * width * channels;
  const side = Math.sqrt(1 - share);
  const [tall, wide] = [Math.round(height * side), Math.round(width * side)];
  const [top, left] = [random.below(height - tall + 1), random.below(width - wide + 1)];
  const source = images.slice();
  for (const [index, partner] of order.entries()) {
    for (let y = top; y < top + tall; y += 1) {
      const from = partner * size + (y * width + left) * channels;
      images.set(source.subarray(from, from + wide * channels), index * size + (y * width + left) * channels);
    }
  }
  return 1 - (tall * wide) / (height * width);
}

/**
 * Changes a batch of normalised images as the config asks, in place, and says what they should now be taken for. Where `mixup` and
 * `cutmix` are both on, each batch gets one of them by chance.
 */
export function augment(
  images: Float32Array,
  labels: readonly number[],
  format: ImageFormat,
  config: AugmentationConfig,
  random: Random,
): Target[] {
  const size = format.height * format.width * format.channels;
  for (let index = 0; index < labels.length; index += 1) {
    const image = images.subarray(index * size, (index + 1) * size);
    if (config.randomFlip && random.uniform() < 0.5) flip(image, format);
    if (config.randomRotation > 0)
      rotate(image, format, ((2 * random.uniform() - 1) * config.randomRotation * Math.PI) / 180);
    if (config.colorJitter) jitter(image, format, random);
  }
  if (!config.mixup && !config.cutmix) return labels.map((label) => ({ label, other: label, share: 1 }));
  const order = random.shuffled(labels.map((_, index) => index));
  const drawn = random.uniform();
  const cuts = config.cutmix && (!config.mixup || random.uniform() < 0.5);
  if (!cuts) mixup(images, order, size, drawn);
  const share = cuts ? cutmix(images, order, format, drawn, random) : drawn;
  return labels.map((label, index) => ({ label, other: labels[order[index] ?? index] ?? label, share }));
}
