import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ExportPlan } from '../../../../shared/contract/datasets.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { ExportFormatName } from '../../../../shared/model/export-formats.ts';
import type { Db } from '../../../postgres/db.ts';
import { type DatasetFiles, datasetChanged } from '../dataset-files.ts';
import { type DatasetVersionRecord, findDataset, requireVersion } from '../dataset-rows.ts';
import { WeightedCache } from '../weighted-cache.ts';
import { coco } from './coco.ts';
import type { ExportedFile, ExportedVersion, ExportFormat, LabelledImage, Survey } from './export-format.ts';
import { type PlacedImage, pathOf, placeImages } from './placement.ts';
import { packTar, tarEndBytes, tarEntryBytes } from './tar.ts';
import { yolo } from './yolo.ts';

interface ExportRequest {
  readonly dataset: string;
  readonly version?: number | undefined;
  readonly format: ExportFormatName;
}

/** What stays known of a version in a format: it never changes. */
interface Measured {
  readonly survey: Survey;
  /** By the image's place in the manifest: 1 where it is left out. */
  readonly leftOut: Uint8Array;
  readonly images: number;
  readonly files: number;
  readonly tarBytes: number;
}

interface FoundVersion {
  readonly datasetId: string;
  readonly name: string;
  readonly record: DatasetVersionRecord;
  readonly format: ExportFormat;
  readonly version: ExportedVersion;
}

const formats: Readonly<Record<ExportFormatName, ExportFormat>> = {
  coco: coco as ExportFormat,
  yolo: yolo as ExportFormat,
};

/** Images of all versions whose measures are kept. */
const mostImages = 10_000_000;
/** Labels of so many bytes, or so many images, are read at once. */
const batchBytes = 256 * 1024;
const batchImages = 1000;

/** Writes versions of labelled datasets in the formats of others, as a tar. */
export class DatasetExports {
  private readonly parts: { readonly db: Db; readonly files: DatasetFiles };
  private readonly known = new WeightedCache<Measured>(mostImages, ({ leftOut }) => leftOut.length);

  constructor(parts: { readonly db: Db; readonly files: DatasetFiles }) {
    this.parts = parts;
  }

  /**
   * How large an export is, and what the format can't hold.
   * @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND, EXPORT_NEEDS_OBJECTS, EXPORT_EMPTY
   */
  async plan(userId: string, request: ExportRequest): Promise<ExportPlan> {
    const found = await this.find(userId, request);
    const { datasetId, name, record } = found;
    const { survey, images, files, tarBytes } = await this.measure(found, request.format);
    const { format } = request;
    return {
      datasetId,
      name,
      version: record.version,
      format,
      images,
      objects: survey.objects,
      files,
      tarBytes,
      losses: [...survey.losses],
      url: `/files/datasets/${datasetId}/${record.version}/export?format=${format}`,
    };
  }

  /** The tar. @throws TrainyardError what `plan` throws, and DATASET_CHANGED for files in place */
  async open(
    userId: string,
    request: ExportRequest,
  ): Promise<{ readonly body: Readable; readonly name: string; readonly size: number }> {
    const found = await this.find(userId, request);
    const { datasetId, record, version, format } = found;
    await this.parts.files.checkInPlace(datasetId, record);
    const { survey, leftOut, tarBytes } = await this.measure(found, request.format);
    const images = version.images.filter(({ index }) => leftOut[index] === 0);
    const read = (some: readonly PlacedImage[]) => this.read(datasetId, record, some);
    const files = format.files(version, survey, images, read, (image) => this.imageFile(record, image));
    const body = await packTar(files, new Date(record.createdAt), tarBytes);
    return { body, name: `${found.name}-v${record.version}-${request.format}.tar`, size: tarBytes };
  }

  private async find(userId: string, request: ExportRequest): Promise<FoundVersion> {
    const { db, files } = this.parts;
    const dataset = await findDataset(db, userId, request.dataset);
    const record = await requireVersion(db, dataset, request.version);
    const format = formats[request.format];
    const { labels } = record;
    if (!labels) throw fault('EXPORT_NEEDS_OBJECTS', { dataset: dataset.name, format: format.title });
    const { lines } = await files.load(dataset.id, record);
    const version = {
      number: record.version,
      classes: record.classes.map(({ name }) => name),
      hasBoxes: labels.boxes + labels.crowds > 0,
      images: placeImages(lines, format.placement),
    };
    return { datasetId: dataset.id, name: dataset.name, record, format, version };
  }

  private measure(found: FoundVersion, name: ExportFormatName): Promise<Measured> {
    const { datasetId, record, version, format } = found;
    return this.known.get(`${datasetId}/${record.version}/${name}`, async () => {
      const surveyor = format.survey(version);
      const leftOut = new Uint8Array(version.images.length);
      let [images, files, tarBytes] = [0, 0, tarEndBytes];
      for await (const labelled of this.read(datasetId, record, version.images)) {
        const { image } = labelled;
        if (surveyor.add(labelled)) leftOut[image.index] = 1;
        else {
          images += 1;
          tarBytes += tarEntryBytes(pathOf(image), image.line.size);
        }
      }
      const { survey, files: others } = surveyor.finish();
      if (survey.isEmpty) throw fault('EXPORT_EMPTY', { version: record.version, format: format.title });
      files = images;
      for (const [file, size] of others) {
        files += 1;
        tarBytes += tarEntryBytes(file, size);
      }
      return { survey, leftOut, images, files, tarBytes };
    });
  }

  /** Images with their objects, in the order given; of any number only some are in memory. */
  private async *read(
    datasetId: string,
    record: DatasetVersionRecord,
    images: readonly PlacedImage[],
  ): AsyncGenerator<LabelledImage> {
    for (let at = 0; at < images.length; ) {
      const batch: PlacedImage[] = [];
      for (let bytes = 0; at < images.length && bytes < batchBytes && batch.length < batchImages; at += 1) {
        const image = images[at] as PlacedImage;
        batch.push(image);
        bytes += image.line.objects?.bytes ?? 0;
      }
      const lines = batch.map(({ line }) => line);
      const objects = await this.parts.files.objectsOf(datasetId, record, lines);
      for (const [index, image] of batch.entries()) yield { image, objects: objects[index] ?? [] };
      // Others get their turn, whatever the store answers from.
      await setImmediate();
    }
  }

  private imageFile(record: DatasetVersionRecord, image: PlacedImage): ExportedFile {
    const { line } = image;
    const open = () => this.parts.files.openImage(record, line);
    const content = async () =>
      record.mode === 'copy'
        ? open()
        : Readable.from(unchanged(await open(), record, image), { objectMode: false });
    return { name: pathOf(image), size: line.size, content };
  }
}

/** The bytes of an image that others can change. @throws TrainyardError DATASET_CHANGED at their end */
async function* unchanged(
  chunks: AsyncIterable<Uint8Array>,
  { version }: DatasetVersionRecord,
  { line: { path, sha256 } }: PlacedImage,
) {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw datasetChanged(version, [], [path]);
}
