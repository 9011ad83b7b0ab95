import type { Readable } from 'node:stream';
import type { ImageObject } from '../../../../shared/contract/dataset-labels.ts';
import type { Problem } from '../problems.ts';
import type { PlacedImage, PlacementOptions } from './placement.ts';

/** A version as a format gets it. */
export interface ExportedVersion {
  readonly number: number;
  /** In the order of their indexes. */
  readonly classes: readonly string[];
  /** Whether some object has a box; else there are areas of whole classes only. */
  readonly hasBoxes: boolean;
  readonly images: readonly PlacedImage[];
}

/** An image with what is labelled in it. */
export interface LabelledImage {
  readonly image: PlacedImage;
  readonly objects: readonly ImageObject[];
}

/** A file of an export: its bytes, or how they come. */
export interface ExportedFile {
  readonly name: string;
  readonly size: number;
  readonly content: Uint8Array | (() => Promise<Readable>);
}

/** What a pass over all labels found, before the first file is written. */
export interface Survey {
  /** Objects that are written, without crowds, as they are counted everywhere. */
  readonly objects: number;
  /** Whether nothing that is labelled is written, crowds neither. */
  readonly isEmpty: boolean;
  /** What the format can't hold. */
  readonly losses: readonly Problem[];
}

/** Measures the files of a format, image by image. */
export interface Surveyor<Found extends Survey> {
  /** @returns whether the image is left out, as the format can't hold anything that is labelled in it */
  add(labelled: LabelledImage): boolean;
  finish(): {
    readonly survey: Found;
    /** Name and bytes of each file that is written beside the images. */
    readonly files: Iterable<readonly [name: string, size: number]>;
  };
}

/** How a version is written. What a survey measured is what `files` writes, byte for byte. */
export interface ExportFormat<Found extends Survey = Survey> {
  readonly title: string;
  readonly placement: PlacementOptions;
  survey(version: ExportedVersion): Surveyor<Found>;
  /**
   * The files in their order.
   * @param images those that are not left out
   * @param read gives some of them with their objects, in the order given
   * @param imageFile the file of an image itself
   */
  files(
    version: ExportedVersion,
    survey: Found,
    images: readonly PlacedImage[],
    read: (images: readonly PlacedImage[]) => AsyncIterable<LabelledImage>,
    imageFile: (image: PlacedImage) => ExportedFile,
  ): AsyncIterable<ExportedFile>;
}
