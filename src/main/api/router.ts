import { datasetsApi } from './datasets.ts';
import { api } from './implementer.ts';
import { jobsApi } from './jobs.ts';
import { projectsApi } from './projects.ts';
import { runsApi } from './runs.ts';
import { type StackServices, stackApi } from './stack.ts';
import { type SystemServices, systemApi } from './system.ts';

/** What lives as long as the engine; the rest comes with the context of each call. */
export interface EngineServices {
  readonly system: SystemServices;
  readonly stack: StackServices;
}

/** The whole contract, implemented: the compiler says what is missing. */
export function createRouter({ system, stack }: EngineServices) {
  return api.router({
    system: systemApi(system),
    projects: projectsApi,
    datasets: datasetsApi,
    runs: runsApi,
    jobs: jobsApi,
    stack: stackApi(stack),
  });
}
