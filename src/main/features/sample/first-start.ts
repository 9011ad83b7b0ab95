import { randomUUID } from 'node:crypto';

/** What of the sample is there; the step that is missing is done next. Kept in the settings under {@link sampleKey}. */
export interface SampleState {
  readonly requestId: string;
  readonly projectId?: string;
  readonly datasetId?: string;
  readonly importId?: string;
  readonly runId?: string;
}

export const sampleKey = 'sample';

/** The few things that the sample needs of the services. */
export interface SampleParts {
  readState(): SampleState | 'declined' | null;
  writeState(state: SampleState | 'declined'): void;
  /** Whether anything was made in this state folder already: then it is no first start. */
  isUsed(): Promise<boolean>;
  /** Makes the project, or answers the one of this name. */
  ensureProject(name: string, description: string): Promise<string>;
  startImport(projectId: string, name: string): Promise<{ datasetId: string; importId: string }>;
  /** Resolves once the import is over. @throws TrainyardError where it failed */
  importOver(importId: string): Promise<void>;
  createRun(projectId: string, datasetId: string, requestId: string): Promise<string>;
}

/**
 * Makes the sample project on the first start of a state folder and trains it, so that every screen has something true on it.
 * Each step is written down when it is done and is harmless to repeat: a start that was killed is gone on with at the next.
 */
export async function ensureSample(parts: SampleParts): Promise<void> {
  let state = parts.readState();
  if (state === 'declined') return;
  if (state === null) {
    if (await parts.isUsed()) {
      parts.writeState('declined');
      return;
    }
    state = { requestId: randomUUID() };
    parts.writeState(state);
  }
  if (state.runId) return;
  const remember = <T extends SampleState>(next: T): T => {
    parts.writeState(next);
    return next;
  };
  const projectId =
    state.projectId ??
    (await parts.ensureProject(
      'Fashion-MNIST',
      'Sample: clothes in ten classes, 28 × 28 pixels (Zalando Research, MIT licence)',
    ));
  const withProject = remember({ ...state, projectId });
  const { datasetId, importId } = withProject;
  const imported =
    datasetId && importId ? { datasetId, importId } : await parts.startImport(projectId, 'fashion-mnist');
  const withImport = remember({ ...withProject, ...imported });
  await parts.importOver(imported.importId);
  remember({ ...withImport, runId: await parts.createRun(projectId, imported.datasetId, state.requestId) });
}
