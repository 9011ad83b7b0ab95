import {
  createRootRoute,
  createRoute,
  createRouter,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router';
import { PageSkeleton } from '../components/page-skeleton.tsx';
import { latePage } from '../late/late-part.tsx';
import { searches } from './addresses.ts';
import { FailedPage, NotFoundPage } from './error-pages.tsx';
import { Layout } from './layout.tsx';

const root = createRootRoute({ component: Layout });

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
  validateSearch: searches.none,
  component: latePage(async () => (await import('../features/projects/projects-page.tsx')).ProjectsPage),
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId',
  validateSearch: searches.none,
  component: latePage(async () => (await import('../features/projects/project-page.tsx')).ProjectPage),
});

const datasets = createRoute({
  getParentRoute: () => root,
  path: '/datasets',
  validateSearch: searches.datasets,
  component: latePage(async () => (await import('../features/datasets/datasets-page.tsx')).DatasetsPage),
});

const dataset = createRoute({
  getParentRoute: () => root,
  path: '/datasets/$datasetId',
  validateSearch: searches.dataset,
  component: latePage(async () => (await import('../features/datasets/dataset-page.tsx')).DatasetPage),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: searches.runs,
  component: latePage(async () => (await import('../features/runs/runs-page.tsx')).RunsPage),
});

const newRun = createRoute({
  getParentRoute: () => root,
  path: '/runs/new',
  validateSearch: searches.newRun,
  component: latePage(async () => (await import('../features/new-run/new-run-page.tsx')).NewRunPage),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: searches.run,
  component: latePage(async () => (await import('../features/run/run-page.tsx')).RunPage),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: searches.compare,
  component: latePage(async () => (await import('../features/compare/compare-page.tsx')).ComparePage),
});

const stack = createRoute({
  getParentRoute: () => root,
  path: '/stack',
  validateSearch: searches.stack,
  component: latePage(async () => (await import('../features/stack/stack-page.tsx')).StackPage),
});

const doctor = createRoute({
  getParentRoute: () => root,
  path: '/doctor',
  validateSearch: searches.doctor,
  component: latePage(async () => (await import('../features/doctor/doctor-page.tsx')).DoctorPage),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  validateSearch: searches.none,
  component: latePage(async () => (await import('../features/system/system-page.tsx')).SystemPage),
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
  // As they stand there: "search=007" is the text 007, and no number.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
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
