import type { ApiServices } from '../api/router.ts';
import { lateBound } from './late-bound.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

/** The services that need the stores, for routes that are mounted once: each use goes to those of the session of that moment. */
export function lateServices(host: StoreSupervisor): Omit<ApiServices, 'system' | 'stack'> {
  const now = () => host.current.services;
  return {
    projects: lateBound(() => now().projects),
    datasets: lateBound(() => now().datasets),
    runs: {
      creation: lateBound(() => now().runs.creation),
      commands: lateBound(() => now().runs.commands),
      views: lateBound(() => now().runs.views),
    },
    events: lateBound(() => now().readers.events),
    metrics: lateBound(() => now().readers.metrics),
    series: lateBound(() => now().readers.series),
    logs: lateBound(() => now().readers.logs),
    jobs: lateBound(() => now().jobs.service),
  };
}
