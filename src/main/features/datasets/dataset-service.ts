import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Dataset, ImportInput } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { importsUnderWay } from '../../../shared/errors/datasets.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { runsUnderWay } from '../../../shared/errors/projects.ts';
import { printable } from '../../../shared/format/printable.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { LocalObjects } from '../../stores/objects/ports.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import { findProject } from '../projects/project-rows.ts';
import { placeOfSource, uploadIdOf } from '../uploads/uploads.ts';
import { Checks } from './checks.ts';
import { DatasetFiles } from './dataset-files.ts';
import {
  type DatasetRecord,
  findDataset,
  type ImportRecord,
  linkDataset,
  listDatasets,
  removeDataset,
  requireVersion,
  versionsOf,
} from './dataset-rows.ts';
import { isAbout } from './image-findings.ts';
import { imageViews } from './image-views.ts';
import type { ImageReader } from './images.ts';
import { findImport, type ImportIntent } from './import-rows.ts';
import { Imports, type ImportsParts, importNotFound } from './imports.ts';
import { normalName } from './names.ts';
import { automatic } from './reading.ts';
import type { RootedFiles } from './source.ts';
import { trainingRiskCodes } from './training-risks.ts';
import { findingsOf, lastValidation, warningsOf } from './validation-rows.ts';
import { type ImagesWanted, listImages, showImage } from './version-images.ts';

const longestName = 255;

interface DatasetParts extends ImportsParts {
  readonly audit: RecordAudit;
  readonly local: LocalObjects;
  readonly rooted: RootedFiles;
  readonly reader: ImageReader;
  /** What of the inbox a source is. */
  readonly dropOf: (source: string) => Promise<ImportIntent['drop']>;
}

/** Datasets: what people do with them. */
export class DatasetService {
  private readonly parts: DatasetParts;
  readonly checks: Checks;
  readonly imports: Imports;
  readonly files: DatasetFiles;
  /** An image's bytes or its thumbnail, for the server's `/files/datasets/…`. */
  readonly readImage: ReturnType<typeof imageViews>;

  constructor(parts: DatasetParts) {
    this.parts = parts;
    this.checks = new Checks(parts);
    this.imports = new Imports(parts);
    this.files = new DatasetFiles(parts);
    this.readImage = imageViews(parts.db, this.files, parts.reader);
  }

  /** A page, newest first. @throws TrainyardError PROJECT_NOT_FOUND, INVALID_INPUT for a place that is none */
  async list(
    userId: string,
    {
      project,
      search,
      ...page
    }: PageQuery & { readonly project?: string | undefined; readonly search?: string | undefined },
  ) {
    const { db } = this.parts;
    const projectId = project === undefined ? null : (await findProject(db, userId, project)).id;
    const filter = { userId, projectId, search: search?.trim() || null };
    const { rows, ...rest } = await listDatasets(db, filter, page);
    return { datasets: rows.map((record) => this.view(record)), ...rest };
  }

  /** By id or name. @throws TrainyardError DATASET_NOT_FOUND */
  async show(userId: string, reference: string) {
    const { db } = this.parts;
    const record = await findDataset(db, userId, reference);
    const versions = await versionsOf(db, record.id);
    const validation = await lastValidation(db, record.id);
    const risks = await warningsOf(db, record.id, trainingRiskCodes);
    return {
      ...this.view(record),
      versions: await Promise.all(
        versions.map(async (version) => ({
          ...version,
          trainingRisks: risks.get(version.version) ?? [],
          correctedSizes: await this.files.correctedSizes(record.id, version.version),
        })),
      ),
      validation,
    };
  }

  /**
   * Starts an import; answers once its intent is safe.
   * @throws TrainyardError PROJECT_NOT_FOUND, LINK_UNSUPPORTED, MODE_NEEDS_FOLDER, S3_SOURCE_NEEDS_COPY, INBOX_DROP_IMPORTING, and what opening the source throws: then nothing was changed
   */
  async import(
    userId: string,
    request: Readonly<ImportInput>,
  ): Promise<{ datasetId: string; importId: string }> {
    const { db, changes, links, open, uploads, findArchive } = this.parts;
    const project = await findProject(db, userId, request.project);
    if (request.mode === 'link' && !links) throw fault('LINK_UNSUPPORTED', {});
    // Before its server is asked, which may be away or want credentials.
    if (request.mode !== 'copy' && request.path.startsWith('s3://'))
      throw fault('S3_SOURCE_NEEDS_COPY', { mode: request.mode, path: request.path });
    const { reading = automatic } = request;
    const archive = await findArchive(request.path, reading);
    const source = archive ?? (await open(await placeOfSource(uploads, request.path), reading));
    const isFolder = 'kind' in source && source.kind === 'folder';
    if (request.mode !== 'copy' && !isFolder)
      throw fault('MODE_NEEDS_FOLDER', { mode: request.mode, path: source.path });
    const name = printable(normalName(request.name ?? source.name)).slice(0, longestName) || 'dataset';
    const drop = reading.s3 ? null : await this.parts.dropOf(source.path);
    const begun = await this.imports.begin({
      userId,
      projectId: project.id,
      name,
      description: request.description ?? null,
      format: request.format,
      source: uploadIdOf(request.path) === null ? source.path : request.path,
      mode: request.mode,
      skipInvalid: request.skipInvalid,
      reading,
      drop,
    });
    changes.changed('project', project.id);
    const after = { name, projectId: project.id, importId: begun.importId, mode: request.mode };
    await this.note(userId, 'dataset.upload', begun.datasetId, { after });
    return begun;
  }

  /** An import's progress; waits for a change from `afterDone` up to `waitMs`. @throws TrainyardError NOT_FOUND */
  async waitForImport({
    importId,
    afterDone,
    waitMs,
  }: {
    importId: string;
    afterDone: number;
    waitMs: number;
  }) {
    const { db } = this.parts;
    await this.imports.wait(importId, afterDone, waitMs);
    const found = await findImport(db, importId);
    if (!found) throw importNotFound(importId);
    const { datasetId, version, reused } = found.record;
    const progress = this.progressOf(found.record);
    const ended = isOver(progress.phase) ? { version, validation: found.validation } : null;
    return { ...progress, datasetId, reused, ...(ended ?? { version: null, validation: null }) };
  }

  /** As {@link Imports.cancel}. */
  async cancelImport(userId: string, importId: string): Promise<{ importId: string }> {
    const { datasetId } = await this.imports.cancel(importId);
    await this.note(userId, 'dataset.cancel_import', datasetId, { after: { importId } });
    return { importId };
  }

  /** A page of a version's images, by class, split and name. @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND */
  async images(
    userId: string,
    request: ImagesWanted & { readonly dataset: string; readonly version?: number | undefined },
  ) {
    const { record, version } = await this.findVersion(userId, request.dataset, request.version);
    return listImages(this.files, record.id, version, request);
  }

  /**
   * An image with its objects and what the version's import found about it.
   * @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND, NOT_FOUND
   */
  async image(
    userId: string,
    request: { readonly dataset: string; readonly version?: number | undefined; readonly path: string },
  ) {
    const { record, version } = await this.findVersion(userId, request.dataset, request.version);
    const image = await showImage(this.files, record.id, version, request.path);
    const found = await findingsOf(this.parts.db, record.id, version.version);
    return { ...image, findings: found.filter((finding) => isAbout(finding, image.path)) };
  }

  /** Reads every file of a version. @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND */
  async verify(userId: string, reference: string, versionNumber: number | undefined) {
    const { record, version } = await this.findVersion(userId, reference, versionNumber);
    return this.files.verify(record.id, version, this.parts.open);
  }

  /** @throws TrainyardError DATASET_NOT_FOUND, PROJECT_NOT_FOUND */
  async link(userId: string, reference: string, projectReference: string): Promise<{ id: string }> {
    const { db, changes } = this.parts;
    const record = await findDataset(db, userId, reference);
    const project = await findProject(db, userId, projectReference);
    failpoint('dataset.link.before');
    if (!(await db.transaction((tx) => linkDataset(tx, record.id, project.id))))
      throw fault('DATASET_NOT_FOUND', { name: reference });
    failpoint('dataset.link.after');
    changes.changed('dataset', record.id);
    changes.changed('project', project.id);
    await this.note(userId, 'dataset.link', record.id, { after: { projectId: project.id } });
    return { id: record.id };
  }

  /** Into the bin. @throws TrainyardError DATASET_NOT_FOUND, DATASET_IN_USE if runs or imports of it are not over */
  async remove(userId: string, reference: string): Promise<{ id: string }> {
    const { db, changes } = this.parts;
    const record = await findDataset(db, userId, reference);
    failpoint('dataset.remove.before');
    const removed = await db.transaction((tx) => removeDataset(tx, record.id));
    if (removed === 'missing') throw fault('DATASET_NOT_FOUND', { name: reference });
    if (removed !== 'removed') throw fault('DATASET_IN_USE', { name: record.name, uses: usesOf(removed) });
    failpoint('dataset.remove.after');
    changes.changed('dataset', record.id);
    for (const project of record.projects) changes.changed('project', project.id);
    await this.note(userId, 'dataset.remove', record.id, { before: { name: record.name } });
    return { id: record.id };
  }

  /** Whether an import or a check is under way. */
  get isBusy(): boolean {
    return this.imports.isBusy || this.checks.underWay > 0;
  }

  /** Ends checks, and stops imports where they are; the next start goes on with them. */
  async close(): Promise<void> {
    await Promise.all([this.checks.close(), this.imports.close()]);
  }

  private view({ newest, lastImport, ...record }: DatasetRecord): Dataset {
    return {
      ...record,
      version: newest?.version ?? null,
      mode: newest?.mode ?? null,
      images: newest?.images ?? 0,
      sizeBytes: newest?.sizeBytes ?? 0,
      classes: newest?.classes ?? [],
      labels: newest?.labels ?? null,
      import: lastImport && this.progressOf(lastImport),
    };
  }

  /** What the rows say of an import, or what this engine knows better because it works at it. */
  private progressOf({ id, phase, done, total, error }: ImportRecord): NonNullable<Dataset['import']> {
    const known = isOver(phase) ? null : this.imports.stateOf(id);
    return { id, ...(known ?? { phase, done, total, rate: null, secondsLeft: null, error }) };
  }

  private async note(
    userId: string,
    action: string,
    id: string,
    change: Pick<Parameters<RecordAudit>[0], 'before' | 'after'>,
  ): Promise<void> {
    await this.parts.audit({ userId, action, resource: { type: 'dataset', id }, ...change });
  }

  private async findVersion(userId: string, reference: string, number: number | undefined) {
    const { db } = this.parts;
    const record = await findDataset(db, userId, reference);
    return { record, version: await requireVersion(db, record, number) };
  }
}

function usesOf({ runs, imports }: { readonly runs: number; readonly imports: number }): Bilingual {
  const [ofRuns, ofImports] = [runsUnderWay(runs), importsUnderWay(imports)];
  if (runs === 0) return ofImports;
  return imports === 0
    ? ofRuns
    : phrase('{ofRuns} and {ofImports}', '{ofRuns}, {ofImports}', { ofRuns, ofImports });
}
