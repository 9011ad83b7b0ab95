import type { DriftView, MetricMonthsView } from '../../src/shared/contract/database.ts';
import { os } from './fixture-api.ts';
import { ago } from './fixture-data.ts';

const names = ['0001_accounts', '0002_projects_and_datasets', '0003_workflows', '0004_metrics'];

const drift: DriftView[] = [
  {
    ...{ kind: 'index', name: 'workflows.idx_workflows_status', change: 'missing', losesData: false },
    ...{
      expected: 'CREATE INDEX idx_workflows_status ON public.workflows USING btree (status)',
      found: null,
    },
    commands: ['CREATE INDEX idx_workflows_status ON public.workflows USING btree (status)'],
  },
  {
    ...{ kind: 'column', name: 'workflows.colour', change: 'added', expected: null, found: 'text' },
    ...{ commands: ['ALTER TABLE workflows DROP COLUMN colour'], losesData: true },
  },
];

/** The part of the contract about the database. */
export function fixtureDatabase() {
  const view: { keepMonths: number | null; months: MetricMonthsView['months'] } = {
    keepMonths: null,
    months: [
      { month: '2026-12', state: 'attached', bytes: 81_920, points: null },
      { month: '2026-11', state: 'attached', bytes: 412_090_368, points: 1_840_200 },
      { month: '2026-03', state: 'detached', bytes: 96_468_992, points: 402_000 },
    ],
  };
  const become = (month: string, state: 'attached' | 'detached') => {
    view.months = view.months.map((one) => (one.month === month ? { ...one, state } : one));
    return view;
  };
  return {
    revisions: os.database.revisions.handler(() => ({
      ...{ revision: '0003', head: '0004' },
      revisions: names.map((name, index) => ({
        ...{ revision: name.slice(0, 4), name, edited: index === 1 },
        appliedAt: index < 3 ? ago(5000 - index) : null,
        checksum: String(index + 1).repeat(64),
      })),
    })),
    check: os.database.check.handler(() => ({ ok: false, edited: ['0002'], drift })),
    months: os.database.months.handler(() => view),
    keep: os.database.keep.handler(({ input }) => {
      view.keepMonths = input.months;
      return view;
    }),
    detach: os.database.detach.handler(({ input }) => become(input.month, 'detached')),
    attach: os.database.attach.handler(({ input }) => become(input.month, 'attached')),
    drop: os.database.drop.handler(({ input }) => {
      view.months = view.months.filter(({ month }) => month !== input.month);
      return view;
    }),
  };
}
