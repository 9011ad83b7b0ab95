import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { possibleActions, type RunStatus } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import { findProject } from '../projects/project-rows.ts';
import type { RunDirectories } from './ports.ts';
import { readConfig, scriptOf } from './run-config-rows.ts';
import { findArtifact, listRuns, type RunQuery, runDetails, runSummaries } from './run-queries.ts';

export interface RunListRequest extends Pick<RunQuery, 'sort' | 'order'>, PageQuery {
  readonly project?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly search?: string | undefined;
}

const compared = z.array(z.uuid()).min(2).max(8);

/** Runs as people look at them. */
export class RunViews {
  private readonly parts;

  constructor(parts: {
    readonly db: Db;
    readonly directories: Pick<RunDirectories, 'openFile'>;
    /** Has the artifacts of attempts that are over. */
    readonly objects: Pick<ObjectStore, 'get' | 'head'>;
  }) {
    this.parts = parts;
  }

  /** A page. @throws TrainyardError PROJECT_NOT_FOUND, INVALID_INPUT for a place that is none */
  async list(userId: string, request: RunListRequest) {
    const { project: reference, status = null, search, sort, order, ...page } = request;
    const project = reference === undefined ? null : await findProject(this.parts.db, userId, reference);
    const filter = { projectId: project?.id ?? null, status, search: search?.trim() || null };
    const { rows, ...rest } = await listRuns(this.parts.db, { ...filter, sort, order }, page);
    return { runs: [...rows], ...rest };
  }

  /** @throws TrainyardError RUN_NOT_FOUND */
  async show(runId: string): Promise<Run> {
    const [summary] = await runSummaries(this.parts.db, [runId]);
    if (!summary) throw fault('RUN_NOT_FOUND', { run: runId });
    const script = await scriptOf(this.parts.db, runId);
    const [details, read] = await Promise.all([
      runDetails(this.parts.db, runId),
      script ? null : readConfig(this.parts.db, runId),
    ]);
    const hasCheckpoint = details.artifacts.some(({ kind }) => kind === 'checkpoint');
    return {
      ...summary,
      ...details,
      config: read?.config ?? null,
      unread: [...(read?.unread ?? [])],
      script,
      actions: [...possibleActions(summary.status, hasCheckpoint)],
    };
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
    const runs = await runSummaries(this.parts.db, parsed.data);
    const missing = parsed.data.find((id) => !runs.some((summary) => summary.id === id));
    if (missing !== undefined) throw fault('RUN_NOT_FOUND', { run: missing });
    const configs = await Promise.all(parsed.data.map((id) => this.trained(id)));
    const details = await Promise.all(parsed.data.map((id) => runDetails(this.parts.db, id)));
    const metricNames = [...new Set(details.flatMap((detail) => detail.metricNames))].sort();
    return { runs, differences: differencesOf(configs), metricNames };
  }

  /** What a run trains: its config, or the script that is its own. */
  private async trained(runId: string): Promise<object> {
    const script = await scriptOf(this.parts.db, runId);
    return script ? { script } : (await readConfig(this.parts.db, runId)).config;
  }

  /** An artifact's bytes, from the run directory or, where that is not here (any more), from the bucket. @throws TrainyardError ARTIFACT_NOT_FOUND */
  async readArtifact(
    runId: string,
    artifactId: string,
  ): Promise<{ body: Readable; mediaType: string; name: string; size: number }> {
    const artifact = await findArtifact(this.parts.db, runId, artifactId);
    if (!artifact) {
      const place = { en: `the run ${runId}`, ko: `학습 ${runId}` };
      throw fault('ARTIFACT_NOT_FOUND', { artifact: artifactId, place });
    }
    const { path, runDirectory, objectKey } = artifact;
    const mediaType = artifact.mediaType ?? 'application/octet-stream';
    const name = path.split('/').at(-1) ?? artifact.name;
    try {
      return { ...(await this.parts.directories.openFile(runDirectory, path)), name, mediaType };
    } catch (error) {
      const isGone = error instanceof TrainyardError && error.code === 'ARTIFACT_NOT_FOUND';
      const stored =
        isGone && objectKey !== null ? await this.parts.objects.head('artifacts', objectKey) : null;
      if (!stored || objectKey === null) throw error;
      return {
        body: await this.parts.objects.get('artifacts', objectKey),
        size: stored.size,
        name,
        mediaType,
      };
    }
  }
}

/** A value of a config by its dotted path; arrays are one value. */
function flatten(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, child] of Object.entries(value)) flatten(child, path ? `${path}.${name}` : name, into);
  } else {
    into.set(path, value);
  }
  return into;
}

/** The fields in which configs differ, with one value for each config; null where a config lacks the field. */
export function differencesOf(configs: readonly object[]): { field: string; values: unknown[] }[] {
  const flat = configs.map((config) => flatten(config, '', new Map()));
  const fields = new Set(flat.flatMap((values) => [...values.keys()]));
  return [...fields].flatMap((field) => {
    const values = flat.map((config) => config.get(field) ?? null);
    return new Set(values.map((value) => JSON.stringify(value))).size > 1 ? [{ field, values }] : [];
  });
}
