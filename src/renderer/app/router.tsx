import {
  createRootRoute,
  createRoute,
  createRouter,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';

import { PageSkeleton } from '../components/page.tsx';
import { latePage } from '../late/late-part.tsx';
import { searches } from './addresses.ts';
import { FailedPage, NotFoundPage } from './error-pages.tsx';
import { Layout } from './layout.tsx';

/** The parts of an address as they stand there: the router's own reading makes a number of "search=77" and a boolean of "search=true". */
const asText = (parts: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parts).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]),
  );

const root = createRootRoute({ component: Layout });

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/runs', replace: true });
  },
});

type Search = keyof typeof searches;

/** A page at a path, with what may stand after "?" in its address; its code comes when it is first visited. */
const page = <const Path extends string, const Name extends Search, const Part extends string>(
  path: Path,
  search: Name,
  part: Part,
  load: () => Promise<Record<Part, ComponentType>>,
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: searches[search],
    component: latePage(async () => (await load())[part]),
  });

/** Every address of the app. */
export const router = createRouter({
  routeTree: root.addChildren([
    index,
    page('/projects', 'projects', 'ProjectsPage', () => import('../features/projects/projects-page.tsx')),
    page(
      '/projects/$projectId',
      'none',
      'ProjectPage',
      () => import('../features/projects/project-page.tsx'),
    ),
    page('/datasets', 'datasets', 'DatasetsPage', () => import('../features/datasets/datasets-page.tsx')),
    page(
      '/datasets/$datasetId',
      'dataset',
      'DatasetPage',
      () => import('../features/datasets/dataset-page.tsx'),
    ),
    page('/runs', 'runs', 'RunsPage', () => import('../features/runs/runs-page.tsx')),
    page('/runs/new', 'newRun', 'NewRunPage', () => import('../features/new-run/new-run-page.tsx')),
    page('/runs/$runId', 'run', 'RunPage', () => import('../features/run/run-page.tsx')),
    page('/weights', 'weights', 'WeightsPage', () => import('../features/weights/weights-page.tsx')),
    page('/compare', 'compare', 'ComparePage', () => import('../features/compare/compare-page.tsx')),
    page('/stack', 'stack', 'StackPage', () => import('../features/stack/stack-page.tsx')),
    page('/backups', 'none', 'BackupsPage', () => import('../features/backups/backups-page.tsx')),
    page('/doctor', 'doctor', 'DoctorPage', () => import('../features/doctor/doctor-page.tsx')),
    page('/system', 'none', 'SystemPage', () => import('../features/system/system-page.tsx')),
  ]),
  parseSearch: (search) => asText(parseSearchWith((text) => text)(search)),
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
