import type { Job } from '../../../shared/contract/jobs.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { Api } from './client.ts';
import { translate } from './language.ts';
import { StatusLine } from './output.ts';

/** Asks for a job until it is over. @throws TrainyardError with the job's error */
export async function finishedJob({ jobs }: Api, started: Job): Promise<Job> {
  const status = new StatusLine();
  let job = started;
  while (job.status === 'queued' || job.status === 'running') {
    status.show(
      job.status === 'queued'
        ? translate('waiting for a worker', '작업자를 기다리는 중')
        : translate(`running: ${job.worker ?? ''}`, `작업 중: ${job.worker ?? ''}`),
    );
    job = await jobs.show({ job: started.id, waitMs: 20_000 });
  }
  status.clear();
  if (job.error) throw TrainyardError.from(job.error);
  return job;
}
