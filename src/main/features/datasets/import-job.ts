import path from 'node:path';
import { Readable } from 'node:stream';
import type { Validation } from '../../../shared/contract/datasets.ts';
import { fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db } from '../../postgres/db.ts';
import type { LinkableObjects, ObjectStore } from '../../stores/objects/ports.ts';
import type { ImportRecord, NewVersion } from './dataset-rows.ts';
import { type Examination, type Examine, placeOfSource } from './examination.ts';
import type { FileProgress } from './file-progress.ts';
import { commitImport, enterStoring, reserveVersion } from './import-rows.ts';
import { manifestKey, manifestSha256, manifestText, sizesKey, timesKey } from './manifest.ts';
import type { DatasetSource, OpenSource, Uploads } from './source.ts';
import { type StoredImages, storeImages } from './store-images.ts';
import { noneTurned } from './upright-sizes.ts';
import { countClasses } from './validation.ts';

export interface ImportParts {
  readonly db: Db;
  readonly store: ObjectStore;
  /** Null where the store cannot take a file without copying it. */
  readonly links: LinkableObjects | null;
  readonly open: OpenSource;
  readonly uploads: Uploads;
  /** @throws TrainyardError DISK_FULL where so many bytes more surely do not fit into the store */
  readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
  readonly examine: Examine;
}

/** The dataset has faults that forbid its import; everything that was found stands in `validation`. */
export class InvalidDataset extends TrainyardError {
  readonly validation: Validation;

  constructor(validation: Validation) {
    const { code, message, hint, parameters } = fault('DATASET_INVALID', invalid(validation));
    super(code, message, hint, { parameters });
    this.validation = validation;
  }
}

function invalid({ errors: [first], errors, moreErrors }: Validation) {
  if (!first)
    return {
      errors: { en: 'nothing that can be used', ko: '쓸 수 있는 것이 없습니다' },
      hint: { en: 'Validate it to see what is in it.', ko: '검사하여 무엇이 들어 있는지 확인하세요.' },
    };
  const korean = inLanguage(first, 'ko');
  const where = first.path ? `${first.path}: ` : '';
  return {
    errors: phrase(
      '{count} {count|error|errors}; the first: {where}{message}',
      '오류가 {count}개 있습니다. 첫 번째: {where}{message}',
      { count: errors.length + moreErrors, where, message: { en: first.message, ko: korean.message } },
    ),
    hint: phrase(
      '{hint} "dataset validate" lists all; skipping invalid files leaves out those with errors.',
      '{hint} 전체 목록은 "dataset validate"로 볼 수 있고, 잘못된 파일 건너뛰기를 쓰면 오류가 있는 파일을 빼고 가져옵니다.',
      { hint: { en: first.hint.replace(/\.?$/, '.'), ko: korean.hint.replace(/\.?$/, '.') } },
    ),
  };
}

/**
 * Carries out an import from its intent to its version, from the start however far it came before: what is stored already
 * is found by its hash, and the rows count once, in one transaction at the end.
 * @throws InvalidDataset, and TrainyardError where the source can't be had; IMPORT_CANCELLED
 */
export async function runImport(
  intent: ImportRecord,
  parts: ImportParts,
  progress: FileProgress,
  signal: AbortSignal,
): Promise<{ version: number; reused: boolean }> {
  progress.enter('counting', null);
  const { reading } = intent;
  const place = await placeOfSource(parts.uploads, intent.source);
  const source = await parts.open(place, reading);
  const examination = await parts.examine(
    { ...place, format: 'imagenet', reading },
    { signal, onProgress: (...at) => progress.follow(...at) },
  );
  if (examination.isFatal || !(examination.validation.ok || intent.skipInvalid)) {
    throw new InvalidDataset(examination.validation);
  }

  if (intent.mode === 'copy') {
    const bytes = examination.accepted.reduce((sum, { size }) => sum + size, 0);
    await parts.checkRoom(bytes, phrase('The dataset {name}', '데이터셋 {name}', { name: source.name }));
  }
  const total = examination.accepted.length;
  const hashes = new Set(intent.mode === 'in_place' ? [] : examination.accepted.map(({ sha256 }) => sha256));
  progress.enter('storing', total);
  failpoint('dataset-import.storing.before');
  await parts.db.transaction((tx) => enterStoring(tx, intent.id, total, hashes));
  failpoint('dataset-import.storing.after');
  const stored = await storeImages(source, examination.accepted, intent.mode, {
    ...parts,
    signal,
    onProgress: (done) => progress.advance(done),
  });
  failpoint('dataset-import.blobs.after');

  progress.enter('committing', null);
  return commit(intent, parts, stored, await describe(intent, source, examination, stored));
}

async function describe(
  { mode }: ImportRecord,
  source: DatasetSource,
  { accepted, validation, base }: Examination,
  stored: StoredImages,
): Promise<NewVersion> {
  return {
    manifestSha256: await manifestSha256(stored.lines),
    mode,
    rootPath: mode === 'in_place' ? path.join(source.path, ...base) : null,
    images: accepted.length,
    sizeBytes: accepted.reduce((sum, { size }) => sum + size, 0),
    classes: countClasses(accepted),
    validation,
  };
}

/**
 * The manifest goes last of the objects, the rows after it: a version that counts is there whole. What lies beside the manifest is the
 * same for every import of a version's number, so that a kill in between leaves nothing that the next attempt could take for its own.
 */
async function commit(
  intent: ImportRecord,
  { db, store }: ImportParts,
  stored: StoredImages,
  made: NewVersion,
): Promise<{ version: number; reused: boolean }> {
  failpoint('dataset-import.reserve.before');
  const { version, present } = await db.transaction((tx) => reserveVersion(tx, intent.id, made));
  failpoint('dataset-import.reserve.after');
  // A version with this manifest has upright sizes, whoever imported it first.
  failpoint('dataset-import.sizes.before');
  await store.put('datasets', sizesKey(intent.datasetId, version), Buffer.from(noneTurned));
  failpoint('dataset-import.sizes.after');
  if (!present) {
    if (stored.times) {
      const times = Buffer.from(JSON.stringify(stored.times));
      failpoint('dataset-import.times.before');
      await store.put('datasets', timesKey(intent.datasetId, version), times);
      failpoint('dataset-import.times.after');
    }
    failpoint('dataset-import.manifest.before');
    const text = Readable.from(manifestText(stored.lines), { objectMode: false });
    await store.put('datasets', manifestKey(intent.datasetId, version), text);
    failpoint('dataset-import.manifest.after');
  }
  failpoint('dataset-import.commit.before');
  const committed = await db.transaction((tx) => commitImport(tx, intent.id, made));
  failpoint('dataset-import.commit.after');
  return committed;
}
