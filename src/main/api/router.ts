import type { DatasetService } from '../features/datasets/dataset-service.ts';
import type { JobService } from '../features/jobs/job-service.ts';
import type { Projects } from '../features/projects/projects.ts';
import { datasetsApi } from './datasets.ts';
import { api } from './implementer.ts';
import { jobsApi } from './jobs.ts';
import { projectsApi } from './projects.ts';
import { type RunServices, runsApi } from './runs.ts';
import { type StackServices, stackApi } from './stack.ts';
import { type SystemServices, systemApi } from './system.ts';

export interface ApiServices extends RunServices {
  readonly projects: Projects;
  readonly datasets: DatasetService;
  readonly jobs: JobService;
  readonly system: SystemServices;
  readonly stack: StackServices;
}

/** The whole contract, implemented: the compiler says what is missing. */
export function createRouter(services: ApiServices) {
  return api.router({
    system: systemApi(services.system),
    projects: projectsApi(services),
    datasets: datasetsApi(services.datasets),
    runs: runsApi(services),
    jobs: jobsApi(services.jobs),
    stack: stackApi(services.stack),
  });
}
