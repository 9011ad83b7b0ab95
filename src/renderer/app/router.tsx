import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { runStatuses } from '../../shared/model/run.ts';
import { PageSkeleton } from '../components/page-skeleton.tsx';
import { runSorts } from '../components/run-table/run-sorts.ts';
import { FailedPage, NotFoundPage } from './error-pages.tsx';
import { Layout } from './layout.tsx';

const root = createRootRoute({ component: Layout });

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** Leaves out what is not set, so that addresses stay short. */
function present<T extends object>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/runs', replace: true });
  },
});

const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('../features/projects/projects-page.tsx'), 'ProjectsPage'),
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId',
  component: lazyRouteComponent(() => import('../features/projects/project-page.tsx'), 'ProjectPage'),
});

const datasets = createRoute({
  getParentRoute: () => root,
  path: '/datasets',
  validateSearch: (search: Record<string, unknown>) =>
    present({ import: search.import === true ? true : undefined, project: text(search.project) }),
  component: lazyRouteComponent(() => import('../features/datasets/datasets-page.tsx'), 'DatasetsPage'),
});

const dataset = createRoute({
  getParentRoute: () => root,
  path: '/datasets/$datasetId',
  component: lazyRouteComponent(() => import('../features/datasets/dataset-page.tsx'), 'DatasetPage'),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: (search: Record<string, unknown>) =>
    present({
      status: oneOf(runStatuses, search.status),
      project: text(search.project),
      search: text(search.search),
      sort: oneOf(runSorts, search.sort),
      order: oneOf(['asc', 'desc'], search.order),
    }),
  component: lazyRouteComponent(() => import('../features/runs/runs-page.tsx'), 'RunsPage'),
});

const newRun = createRoute({
  getParentRoute: () => root,
  path: '/runs/new',
  validateSearch: (search: Record<string, unknown>) =>
    present({ project: text(search.project), dataset: text(search.dataset) }),
  component: lazyRouteComponent(() => import('../features/new-run/new-run-page.tsx'), 'NewRunPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: (search: Record<string, unknown>) =>
    present({ tab: oneOf(['charts', 'log', 'config', 'artifacts', 'history'], search.tab) }),
  component: lazyRouteComponent(() => import('../features/run/run-page.tsx'), 'RunPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: (search: Record<string, unknown>) => present({ runs: text(search.runs) }),
  component: lazyRouteComponent(() => import('../features/compare/compare-page.tsx'), 'ComparePage'),
});

const stack = createRoute({
  getParentRoute: () => root,
  path: '/stack',
  validateSearch: (search: Record<string, unknown>) =>
    present({ tab: oneOf(['services', 'logs'], search.tab), services: text(search.services) }),
  component: lazyRouteComponent(() => import('../features/stack/stack-page.tsx'), 'StackPage'),
});

const doctor = createRoute({
  getParentRoute: () => root,
  path: '/doctor',
  validateSearch: (search: Record<string, unknown>) => present({ code: text(search.code) }),
  component: lazyRouteComponent(() => import('../features/doctor/doctor-page.tsx'), 'DoctorPage'),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('../features/system/system-page.tsx'), 'SystemPage'),
});

/** Every address of the app; pages come with their own code when they are first visited. */
export const router = createRouter({
  routeTree: root.addChildren([
    index,
    projects,
    project,
    datasets,
    dataset,
    runs,
    newRun,
    run,
    compare,
    stack,
    doctor,
    system,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: FailedPage,
  defaultPendingComponent: PageSkeleton,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
