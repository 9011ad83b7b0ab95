import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { possibleActions, type RunStatus } from '../../../shared/model/run.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { ProjectStore } from '../projects/project-rows.ts';
import type { TrainableModel, TrainableModels } from '../training/trainable-models.ts';
import { differencesOf } from './differences.ts';
import type { ArtifactFile, RunDirectories, RunQuery, RunReader, RunStore } from './ports.ts';

export interface RunViewParts {
  readonly runs: Pick<RunStore, 'config'>;
  readonly reader: RunReader;
  readonly projects: Pick<ProjectStore, 'find'>;
  readonly models: TrainableModels;
  readonly directories: Pick<RunDirectories, 'openFile'>;
  readonly objects: Pick<ObjectStore, 'get' | 'head'>;
  readonly machineId: string;
}

export interface RunListRequest extends Pick<RunQuery, 'sort' | 'order' | 'offset' | 'limit'> {
  readonly project?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly search?: string | undefined;
}

const compared = z.array(z.uuid()).min(2).max(8);

/** Runs as people look at them. */
export class RunViews {
  private readonly parts: RunViewParts;

  constructor(parts: RunViewParts) {
    this.parts = parts;
  }

  models(): Promise<readonly TrainableModel[]> {
    return this.parts.models();
  }

  /** @throws TrainyardError PROJECT_NOT_FOUND */
  async list(userId: string, request: RunListRequest): Promise<{ runs: RunSummary[]; total: number }> {
    const { projects, reader } = this.parts;
    const project = request.project === undefined ? null : await projects.find(userId, request.project);
    if (request.project !== undefined && !project)
      throw fault('PROJECT_NOT_FOUND', { name: request.project });
    return reader.list({
      projectId: project?.id ?? null,
      status: request.status ?? null,
      search: request.search?.trim() || null,
      sort: request.sort,
      order: request.order,
      offset: request.offset,
      limit: request.limit,
    });
  }

  /** @throws TrainyardError RUN_NOT_FOUND */
  async show(runId: string): Promise<Run> {
    const { reader, runs } = this.parts;
    const [summary] = await reader.summaries([runId]);
    if (!summary) throw fault('RUN_NOT_FOUND', { run: runId });
    const [details, config] = await Promise.all([reader.details(runId), runs.config(runId)]);
    const hasCheckpoint = details.artifacts.some(({ kind }) => kind === 'checkpoint');
    return { ...summary, ...details, config, actions: [...possibleActions(summary.status, hasCheckpoint)] };
  }

  /**
   * @param ids two to eight, comma-separated
   * @throws TrainyardError RUNS_INVALID, RUN_NOT_FOUND
   */
  async compare(ids: string): Promise<{
    runs: RunSummary[];
    differences: { field: string; values: unknown[] }[];
    metricNames: string[];
  }> {
    const parsed = compared.safeParse([...new Set(ids.split(',').map((id) => id.trim().toLowerCase()))]);
    if (!parsed.success) throw fault('RUNS_INVALID', { ids });
    const { reader, runs } = this.parts;
    const summaries = await reader.summaries(parsed.data);
    const missing = parsed.data.find((id) => !summaries.some((summary) => summary.id === id));
    if (missing !== undefined) throw fault('RUN_NOT_FOUND', { run: missing });
    const configs = await Promise.all(parsed.data.map((id) => runs.config(id)));
    const details = await Promise.all(parsed.data.map((id) => reader.details(id)));
    const metricNames = [...new Set(details.flatMap((detail) => detail.metricNames))].sort();
    return { runs: summaries, differences: differencesOf(configs), metricNames };
  }

  /** An artifact's bytes, from the run directory or, where that is not here (any more), from the bucket. @throws TrainyardError ARTIFACT_NOT_FOUND */
  async readArtifact(
    runId: string,
    artifactId: string,
  ): Promise<{ body: Readable; mediaType: string; name: string; size: number }> {
    const { reader } = this.parts;
    const artifact = await reader.artifactFile(runId, artifactId);
    if (!artifact) {
      const place = { en: `the run ${runId}`, ko: `학습 ${runId}` };
      throw fault('ARTIFACT_NOT_FOUND', { artifact: artifactId, place });
    }
    const { body, size } = await this.open(artifact);
    const fileName = artifact.path.split('/').at(-1) ?? artifact.name;
    return { body, size, name: fileName, mediaType: artifact.mediaType ?? 'application/octet-stream' };
  }

  private async open({
    runDirectory,
    path,
    objectKey,
  }: ArtifactFile): Promise<{ body: Readable; size: number }> {
    const { directories, objects } = this.parts;
    try {
      return await directories.openFile(runDirectory, path);
    } catch (error) {
      if (objectKey === null) throw error;
      if (!(error instanceof TrainyardError && error.code === 'ARTIFACT_NOT_FOUND')) throw error;
      const stored = await objects.head('artifacts', objectKey);
      if (!stored) throw error;
      return { body: await objects.get('artifacts', objectKey), size: stored.size };
    }
  }
}
