import type { Project } from '../../../shared/contract/projects.ts';

export interface NewProject {
  readonly userId: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
}

export interface ProjectChange {
  readonly name?: string;
  readonly description?: string | null;
  readonly tags?: readonly string[];
}

/**
 * Projects as rows; each method is one transaction. Those in the bin are not there. Names are unique among a user's projects,
 * whatever their case.
 */
export interface ProjectStore {
  /** Newest first; `search` is found in names and tags, case-insensitively. */
  list(userId: string, search: string | null): Promise<Project[]>;
  /** By id or by name. */
  find(userId: string, reference: string): Promise<Project | null>;
  /** Null where the name is taken. */
  create(project: NewProject): Promise<Project | null>;
  /** `taken`: another project has the name. `missing`: it is not there any more. */
  update(projectId: string, change: ProjectChange): Promise<Project | 'taken' | 'missing'>;
  /** Puts it into the bin, or answers how many of its runs are not over; `missing` where it is not there any more. */
  remove(projectId: string): Promise<'removed' | 'missing' | { readonly runsUnderWay: number }>;
}
