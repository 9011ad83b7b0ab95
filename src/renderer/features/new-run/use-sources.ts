import { skipToken, useQuery } from '@tanstack/react-query';
import type { EngineClient } from '../../rpc/client.ts';
import { queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';

/** What an address asks to train on; ids or names. */
export interface AskedSources {
  readonly project?: string | undefined;
  readonly dataset?: string | undefined;
  readonly version?: number | undefined;
}

type Project = Awaited<ReturnType<EngineClient['projects']['list']>>['projects'][number];
export type NamedDataset = Awaited<ReturnType<EngineClient['datasets']['show']>>;

export type Sources =
  | { readonly at: 'pending' }
  | { readonly at: 'failed'; readonly error: unknown; readonly retry: () => void }
  /** The address names something that is not there. */
  | { readonly at: 'gone'; readonly noun: 'project' | 'dataset'; readonly name: string }
  | { readonly at: 'noVersion'; readonly dataset: NamedDataset; readonly version: number }
  | { readonly at: 'notReady'; readonly dataset: NamedDataset }
  | {
      readonly at: 'ready';
      readonly projects: readonly Project[];
      /** The project to begin with: the named one, else one that has the named dataset, else the newest. */
      readonly project: Project | null;
      /** The named dataset; null where the address names none. */
      readonly dataset: NamedDataset | null;
    };

/** Looks up what an address names. Something else is never put in its place. */
export function useSources(asked: AskedSources): Sources {
  const projects = useQuery(queries.projects.list.queryOptions({ input: {} }));
  const named = useQuery(
    queries.datasets.show.queryOptions({
      input: asked.dataset === undefined ? skipToken : { dataset: asked.dataset },
    }),
  );
  if (asked.dataset !== undefined && named.error && namesNothing(named.error))
    return { at: 'gone', noun: 'dataset', name: asked.dataset };
  const failed = [projects, named].find((query) => query.error);
  if (failed) return { at: 'failed', error: failed.error, retry: () => void failed.refetch() };
  if (!projects.data || (asked.dataset !== undefined && !named.data)) return { at: 'pending' };
  const all = projects.data.projects;
  const dataset = named.data ?? null;
  const wanted = asked.project ?? dataset?.projects[0]?.id ?? null;
  const project =
    wanted === null ? (all[0] ?? null) : all.find(({ id, name }) => id === wanted || name === wanted);
  if (!project && asked.project !== undefined) return { at: 'gone', noun: 'project', name: asked.project };
  if (dataset && dataset.version === null) return { at: 'notReady', dataset };
  const { version } = asked;
  if (dataset && version !== undefined && !dataset.versions.some((one) => one.version === version))
    return { at: 'noVersion', dataset, version };
  return { at: 'ready', projects: all, project: project ?? all[0] ?? null, dataset };
}
