import type { Dataset, DatasetFormat, ImportInput, Validation } from '../../../shared/contract/datasets.ts';
import { isOver } from '../../../shared/contract/file-progress.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { importsUnderWay, noVersionYet } from '../../../shared/errors/datasets.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { runsUnderWay } from '../../../shared/errors/projects.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { LocalObjects } from '../../stores/objects/ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ProjectStore } from '../projects/project-rows.ts';
import { Checks, checkSource } from './checks.ts';
import { DatasetFiles } from './dataset-files.ts';
import type { DatasetRecord, DatasetRepository, DatasetVersionRecord } from './dataset-rows.ts';
import { showDataset, showImage, showProgress } from './dataset-views.ts';
import { placeOfSource } from './examination.ts';
import { type ImageAnswer, type ImageRequest, ImageViews } from './image-views.ts';
import type { ImageReader } from './images.ts';
import { Imports, importNotFound } from './imports.ts';
import { Manifests } from './manifests.ts';
import { normalName } from './names.ts';
import { printable } from './problems.ts';
import { automatic } from './reading.ts';
import type { RootedFiles } from './source.ts';
import { trainingRiskCodes } from './training-risks.ts';
import { verifyVersion } from './verification.ts';

interface ImagesRequest {
  readonly dataset: string;
  readonly version?: number | undefined;
  readonly class?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

const longestName = 255;

/** Datasets: what people do with them. */
export class DatasetService {
  private readonly parts: ConstructorParameters<typeof DatasetService>[0];
  /** Those under way. */
  readonly checks: Checks;
  private readonly imports: Imports;
  readonly manifests: Manifests;
  readonly files: DatasetFiles;
  private readonly views: ImageViews;

  constructor(
    parts: ConstructorParameters<typeof Imports>[0] & {
      readonly repository: DatasetRepository;
      readonly projects: Pick<ProjectStore, 'find'>;
      readonly audit: AuditLog;
      readonly local: LocalObjects;
      readonly rooted: RootedFiles;
      readonly reader: ImageReader;
    },
  ) {
    this.parts = parts;
    const { repository, store, local, rooted, reader } = parts;
    this.checks = new Checks(parts);
    this.imports = new Imports(parts);
    this.manifests = new Manifests(parts);
    this.files = new DatasetFiles({ repository, store, local, files: rooted, manifests: this.manifests });
    this.views = new ImageViews({ repository, manifests: this.manifests, files: this.files, reader });
  }

  async list(userId: string, filter: { project?: string | undefined; search?: string | undefined }) {
    const { projects, repository } = this.parts;
    const project = filter.project === undefined ? null : await projects.find(userId, filter.project);
    if (filter.project !== undefined && !project) throw fault('PROJECT_NOT_FOUND', { name: filter.project });
    const records = await repository.list({
      userId,
      projectId: project?.id ?? null,
      search: filter.search?.trim() || null,
    });
    return records.map((record) => this.view(record));
  }

  /** By id or name. @throws TrainyardError DATASET_NOT_FOUND */
  async show(userId: string, reference: string) {
    const { repository } = this.parts;
    const record = await this.find(userId, reference);
    const versions = await repository.versions(record.id);
    const validation = await repository.lastValidation(record.id);
    const risks = await repository.warnings(record.id, trainingRiskCodes);
    return {
      ...this.view(record),
      versions: await Promise.all(
        versions.map(async (version) => ({
          ...version,
          trainingRisks: risks.get(version.version) ?? [],
          correctedSizes: await this.manifests.correctedSizes(record.id, version.version),
        })),
      ),
      validation,
    };
  }

  /** As {@link checkSource}; ends where the signal is aborted. */
  validate(
    path: string,
    format: DatasetFormat,
    reading = automatic,
    signal = new AbortController().signal,
  ): Promise<Validation> {
    return checkSource(this.parts, { path, format, reading }, { signal, onProgress: () => undefined });
  }

  /**
   * Starts an import; answers once its intent is safe.
   * @throws TrainyardError PROJECT_NOT_FOUND, LINK_UNSUPPORTED, MODE_NEEDS_FOLDER, and what opening the source throws: then nothing was changed
   */
  async import(
    userId: string,
    request: Readonly<ImportInput>,
  ): Promise<{ datasetId: string; importId: string }> {
    const { projects, audit, changes, links, open, uploads } = this.parts;
    const project = await projects.find(userId, request.project);
    if (!project) throw fault('PROJECT_NOT_FOUND', { name: request.project });
    if (request.mode === 'link' && !links) throw fault('LINK_UNSUPPORTED', {});
    const { reading = automatic } = request;
    const source = await open(await placeOfSource(uploads, request.path), reading);
    if (request.mode !== 'copy' && source.kind !== 'folder')
      throw fault('MODE_NEEDS_FOLDER', { mode: request.mode, path: source.path });
    const name = printable(normalName(request.name ?? source.name)).slice(0, longestName) || 'dataset';
    const begun = await this.imports.begin({
      userId,
      projectId: project.id,
      name,
      description: request.description ?? null,
      format: request.format,
      source: request.path.startsWith('upload://') ? request.path : source.path,
      mode: request.mode,
      skipInvalid: request.skipInvalid,
      reading,
    });
    changes.changed('project', project.id);
    await audit.note({
      userId,
      action: 'dataset.upload',
      resource: { type: 'dataset', id: begun.datasetId },
      after: { name, projectId: project.id, importId: begun.importId, mode: request.mode },
    });
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
    const { importRows } = this.parts;
    await this.imports.wait(importId, afterDone, waitMs);
    const record = await importRows.find(importId);
    if (!record) throw importNotFound(importId);
    const { datasetId, version, reused } = record;
    const progress = showProgress(record, (id) => this.imports.stateOf(id));
    const hasEnded = isOver(progress.phase);
    const validation = hasEnded ? await importRows.validation(importId) : null;
    return { ...progress, datasetId, version: hasEnded ? version : null, reused, validation };
  }

  /** As {@link Imports.cancel}. */
  async cancelImport(userId: string, importId: string): Promise<{ importId: string }> {
    const { datasetId } = await this.imports.cancel(importId);
    const resource = { type: 'dataset', id: datasetId };
    await this.parts.audit.note({ userId, action: 'dataset.cancel_import', resource, after: { importId } });
    return { importId };
  }

  /** A page of a version's images, by class and name. @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND */
  async images(userId: string, request: ImagesRequest) {
    const { record, version } = await this.findVersion(userId, request.dataset, request.version);
    const { lines, byClass } = await this.manifests.load(record.id, version);
    const wanted = request.class === undefined ? lines : (byClass.get(request.class) ?? []);
    const page = wanted.slice(request.offset, request.offset + request.limit);
    return { images: page.map((line) => showImage(record.id, version.version, line)), total: wanted.length };
  }

  /** An image's bytes or its thumbnail, for the server's `/files/datasets/…`. @throws as {@link ImageViews.read} */
  readImage(request: ImageRequest): Promise<ImageAnswer> {
    return this.views.read(request);
  }

  /** Reads every file of a version. @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND */
  async verify(userId: string, reference: string, versionNumber: number | undefined) {
    const { record, version } = await this.findVersion(userId, reference, versionNumber);
    const { lines } = await this.manifests.load(record.id, version);
    return verifyVersion(version, lines, { files: this.files, open: this.parts.open });
  }

  /** @throws TrainyardError DATASET_NOT_FOUND, PROJECT_NOT_FOUND */
  async link(userId: string, reference: string, projectReference: string): Promise<{ id: string }> {
    const { projects, repository, changes, audit } = this.parts;
    const record = await this.find(userId, reference);
    const project = await projects.find(userId, projectReference);
    if (!project) throw fault('PROJECT_NOT_FOUND', { name: projectReference });
    failpoint('dataset.link.before');
    if (!(await repository.link(record.id, project.id)))
      throw fault('DATASET_NOT_FOUND', { name: reference });
    failpoint('dataset.link.after');
    changes.changed('dataset', record.id);
    changes.changed('project', project.id);
    const after = { projectId: project.id };
    await audit.note({ userId, action: 'dataset.link', resource: { type: 'dataset', id: record.id }, after });
    return { id: record.id };
  }

  /** Into the bin. @throws TrainyardError DATASET_NOT_FOUND, DATASET_IN_USE where runs or imports of it are not over */
  async remove(userId: string, reference: string): Promise<{ id: string }> {
    const { repository, changes, audit } = this.parts;
    const record = await this.find(userId, reference);
    failpoint('dataset.remove.before');
    const removed = await repository.remove(record.id);
    if (removed === 'missing') throw fault('DATASET_NOT_FOUND', { name: reference });
    if (removed !== 'removed') throw fault('DATASET_IN_USE', { name: record.name, uses: usesOf(removed) });
    failpoint('dataset.remove.after');
    changes.changed('dataset', record.id);
    for (const project of record.projects) changes.changed('project', project.id);
    const before = { name: record.name };
    await audit.note({
      userId,
      action: 'dataset.remove',
      resource: { type: 'dataset', id: record.id },
      before,
    });
    return { id: record.id };
  }

  /** Goes on with the imports that a stopped or killed engine left unfinished; call it once at the engine's start. */
  resumeImports(): Promise<number> {
    return this.imports.resume();
  }

  /** Whether an import or a check is under way. */
  get isBusy(): boolean {
    return this.imports.isBusy || this.checks.underWay > 0;
  }

  /** Ends checks, and stops imports where they are; the next start goes on with them. */
  async close(): Promise<void> {
    await Promise.all([this.checks.close(), this.imports.close()]);
  }

  private view(record: DatasetRecord): Dataset {
    return showDataset(record, (id) => this.imports.stateOf(id));
  }

  private async find(userId: string, reference: string): Promise<DatasetRecord> {
    const record = await this.parts.repository.find(userId, reference);
    if (!record) throw fault('DATASET_NOT_FOUND', { name: reference });
    return record;
  }

  private async findVersion(
    userId: string,
    reference: string,
    number: number | undefined,
  ): Promise<{ record: DatasetRecord; version: DatasetVersionRecord }> {
    const record = await this.find(userId, reference);
    const version =
      number === undefined ? record.newest : await this.parts.repository.findVersion(record.id, number);
    if (!version)
      throw fault('DATASET_VERSION_NOT_FOUND', { dataset: record.name, version: number ?? noVersionYet });
    return { record, version };
  }
}

function usesOf({ runs, imports }: { readonly runs: number; readonly imports: number }): Bilingual {
  const [ofRuns, ofImports] = [runsUnderWay(runs), importsUnderWay(imports)];
  if (runs === 0) return ofImports;
  return imports === 0
    ? ofRuns
    : phrase('{ofRuns} and {ofImports}', '{ofRuns}, {ofImports}', { ofRuns, ofImports });
}
