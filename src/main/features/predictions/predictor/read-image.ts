import { realpath } from 'node:fs/promises';
import { mostImageBytes } from '../../../../shared/contract/predictions.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { phrase } from '../../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { openPlainFile } from '../../../platform/plain-file.ts';
import { readableTypes, titleOf, typeOfBytes } from '../../datasets/image-types.ts';
import { type ImageFacts, ImageFault } from '../../datasets/images.ts';
import { defaultLimits } from '../../datasets/limits.ts';
import { background, eightBitPixels, openImage } from '../../datasets/pixels/decoding.ts';
import { sharpImageReader } from '../../datasets/pixels/sharp-image-reader.ts';
import { isEmpty, isNoImage } from '../../datasets/scan-problems.ts';
import { type Rgb, shrink, stretch } from './bilinear.ts';

/** An image that is whole, and what is known of it. */
export interface CheckedImage {
  readonly bytes: Buffer;
  readonly facts: ImageFacts;
}

const refused = (why: ImageFault['why']) => fault('PREDICTION_IMAGE_REFUSED', { why, types: readableTypes });

function faultOf({ reason, why }: ImageFault): TrainyardError {
  if (reason === 'too_large')
    return fault('IMAGE_TOO_LARGE', { most: Math.round(defaultLimits.maxPixels / 1e6) });
  return reason === 'pixels' ? fault('PIXELS_UNSUPPORTED', { depth: why }) : refused(why);
}

/**
 * Reads an image and looks at all of it, as strictly as an import does.
 * @throws TrainyardError PREDICTION_IMAGE_NOT_FOUND, PREDICTION_IMAGE_TOO_LARGE, PREDICTION_IMAGE_REFUSED, IMAGE_TOO_LARGE, PIXELS_UNSUPPORTED
 */
export async function checkImage(file: string): Promise<CheckedImage> {
  const bytes = await readBytes(file);
  const type = typeOfBytes(bytes, file);
  if (bytes.length === 0) throw refused(isEmpty);
  if (!type) throw refused(isNoImage);
  if (!type.isRead) throw refused(phrase('it is a {type}', '{type} 파일입니다', { type: titleOf(type) }));
  try {
    return { bytes, facts: await sharpImageReader.inspect(bytes, defaultLimits.maxPixels) };
  } catch (error) {
    throw error instanceof ImageFault ? faultOf(error) : error;
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    // A person's own link is followed; what it leads to is a file, or nothing that is read.
    await using handle = await openPlainFile(await realpath(file));
    if (!handle) throw fault('PREDICTION_IMAGE_NOT_FOUND', { path: file });
    const { size } = await handle.stat();
    const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
    if (size > mostImageBytes)
      throw fault('PREDICTION_IMAGE_TOO_LARGE', { size: mebibytes(size), most: mebibytes(mostImageBytes) });
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (isUnreachable(error)) throw fault('PREDICTION_IMAGE_NOT_FOUND', { path: file }, { cause: error });
    throw error;
  }
}

/** The value of white of an image; null for one of 8 bits. @param ofModel what 16-bit images of its dataset had; null: unknown */
export const whiteOf = ({ bits }: ImageFacts, ofModel: number | null): number | null =>
  bits === 16 ? (ofModel ?? 65_535) : null;

/**
 * An image's bytes as the torch trainer gives them to a network (`trainyard_torch/data/decoding.py`): upright, transparent parts on
 * white, colours without their profile, stretched.
 */
export async function pixelsForTorch(
  { bytes, facts }: CheckedImage,
  size: { readonly height: number; readonly width: number },
  white: number | null,
): Promise<Rgb> {
  const whole = await decode(bytes, white);
  const side = isJpeg(bytes) ? jpegScale(facts, Math.max(size.height, size.width)) : 1;
  return stretch(side === 1 ? whole : shrink(whole, side), size.height, size.width);
}

const isJpeg = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === 0xd8;

/** The trainer has large JPEGs decoded at a half, a quarter or an eighth, which is near the mean of the pixels. */
function jpegScale({ width, height }: ImageFacts, longest: number): number {
  const scale = Math.floor(Math.min(width, height) / longest);
  return [8, 4, 2].find((one) => scale >= one) ?? 1;
}

async function decode(bytes: Buffer, white: number | null): Promise<Rgb> {
  const options = { ignoreIcc: true, limitInputPixels: defaultLimits.maxPixels };
  const image = openImage(bytes, options);
  const { space } = await image.metadata();
  if (space === 'cmyk') return fromInks(await inksOf(bytes, options));
  const { data, width, height, channels } = await eightBitPixels(image.flatten(background), 'rgb', white);
  if (channels !== 3) throw new Error(`an image was decoded to ${channels} channels`);
  return { data, width, height };
}

async function inksOf(bytes: Buffer, options: object) {
  const image = openImage(bytes, options).pipelineColourspace('cmyk').toColourspace('cmyk');
  return await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

/** Inks as light, without a profile, as Pillow has it: what the black leaves, less each ink's share of that. */
function fromInks({ data, info: { width, height, channels } }: Awaited<ReturnType<typeof inksOf>>): Rgb {
  const result = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const left = 255 - (data[pixel * channels + 3] ?? 0);
    for (let colour = 0; colour < 3; colour += 1)
      result[pixel * 3 + colour] = left - Math.round(((data[pixel * channels + colour] ?? 0) * left) / 255);
  }
  return { data: result, width, height };
}

/** Pixels of the longer side of the picture that a page shows. */
const previewSide = 1024;

/** A picture that browsers show, whatever the image is, as a `data:` address. */
export async function previewOf({ bytes }: CheckedImage, white: number | null): Promise<string> {
  const { body, mediaType } = await sharpImageReader.thumbnail(bytes, previewSide, white);
  return `data:${mediaType};base64,${Buffer.from(body).toString('base64')}`;
}
