import {
  type AnyValidator,
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

const root = createRootRoute({ component: Layout });

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/runs', replace: true });
  },
});

/** A page at a path, with what may stand after "?" in its address; its code comes when it is first visited. */
const page = <const Path extends string, Search extends AnyValidator>(
  path: Path,
  search: Search,
  load: () => Promise<ComponentType>,
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: search,
    component: latePage(load),
  });

/** Every address of the app. */
export const router = createRouter({
  routeTree: root.addChildren([
    index,
    page(
      '/projects',
      searches.none,
      async () => (await import('../features/projects/projects-page.tsx')).ProjectsPage,
    ),
    page(
      '/projects/$projectId',
      searches.none,
      async () => (await import('../features/projects/project-page.tsx')).ProjectPage,
    ),
    page(
      '/datasets',
      searches.datasets,
      async () => (await import('../features/datasets/datasets-page.tsx')).DatasetsPage,
    ),
    page(
      '/datasets/$datasetId',
      searches.dataset,
      async () => (await import('../features/datasets/dataset-page.tsx')).DatasetPage,
    ),
    page('/runs', searches.runs, async () => (await import('../features/runs/runs-page.tsx')).RunsPage),
    page(
      '/runs/new',
      searches.newRun,
      async () => (await import('../features/new-run/new-run-page.tsx')).NewRunPage,
    ),
    page('/runs/$runId', searches.run, async () => (await import('../features/run/run-page.tsx')).RunPage),
    page(
      '/compare',
      searches.compare,
      async () => (await import('../features/compare/compare-page.tsx')).ComparePage,
    ),
    page('/stack', searches.stack, async () => (await import('../features/stack/stack-page.tsx')).StackPage),
    page(
      '/doctor',
      searches.doctor,
      async () => (await import('../features/doctor/doctor-page.tsx')).DoctorPage,
    ),
    page(
      '/system',
      searches.none,
      async () => (await import('../features/system/system-page.tsx')).SystemPage,
    ),
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
