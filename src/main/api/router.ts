import { backupsApi } from './backups.ts';
import { databaseApi } from './database.ts';
import { datasetsApi } from './datasets.ts';
import { api } from './implementer.ts';
import { inboxApi } from './inbox.ts';
import { jobsApi } from './jobs.ts';
import { projectsApi } from './projects.ts';
import { runsApi } from './runs.ts';
import { settingsApi } from './settings.ts';
import { stackApi } from './stack.ts';
import { systemApi } from './system.ts';
import { templatesApi } from './templates.ts';
import { weightsApi } from './weights.ts';

/** The whole contract, implemented: the compiler says what is missing. */
export const router = api.router({
  system: systemApi,
  database: databaseApi,
  projects: projectsApi,
  datasets: datasetsApi,
  inbox: inboxApi,
  runs: runsApi,
  templates: templatesApi,
  jobs: jobsApi,
  stack: stackApi,
  weights: weightsApi,
  backups: backupsApi,
  settings: settingsApi,
});
