import { backupsContract } from './backups.ts';
import { databaseContract } from './database.ts';
import { datasetsContract } from './datasets.ts';
import { inboxContract } from './inbox.ts';
import { jobsContract } from './jobs.ts';
import { projectsContract } from './projects.ts';
import { runsContract } from './runs.ts';
import { settingsContract } from './settings.ts';
import { stackContract } from './stack.ts';
import { systemContract } from './system.ts';
import { templatesContract } from './templates.ts';
import { weightsContract } from './weights.ts';

/** Everything that the engine can be asked: the window, the browser, the CLI and REST all speak this. */
export const contract = {
  system: systemContract,
  database: databaseContract,
  projects: projectsContract,
  datasets: datasetsContract,
  inbox: inboxContract,
  runs: runsContract,
  templates: templatesContract,
  jobs: jobsContract,
  stack: stackContract,
  weights: weightsContract,
  backups: backupsContract,
  settings: settingsContract,
};
