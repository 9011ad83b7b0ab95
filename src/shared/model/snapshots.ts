/** Why a snapshot was made for which nobody said why; kept in its manifest, so it is the same in every language. */
export const byHand = 'by hand';

/** Why a snapshot was made that the schedule made, likewise. */
export const bySchedule = 'by schedule';

/** Why a snapshot was made before revisions of the database changed data; likewise. */
export function beforeRevisions({
  direction,
  revisions,
}: {
  readonly direction: 'up' | 'down';
  readonly revisions: readonly string[];
}): string {
  const [first, last] = [revisions[0], revisions.at(-1)];
  const named = first === last ? first : `${first}–${last}`;
  return `before ${direction === 'up' ? 'revision' : 'taking back revision'} ${named}`;
}

/** The revisions of such a reason; null of another one. */
export function readBeforeRevisions(why: string): { direction: 'up' | 'down'; revisions: string } | null {
  const [, back, revisions] = /^before (taking back )?revision (\d+(?:–\d+)?)$/.exec(why) ?? [];
  return revisions === undefined ? null : { direction: back ? 'down' : 'up', revisions };
}

const upgradeReason = 'before the upgrade: ';

/** Why a snapshot was made before an upgrade; likewise. @param what goes over to what, as `postgres postgres:18` */
export const beforeUpgrade = (what: readonly string[]) => `${upgradeReason}${what.join(', ')}`;

/** What was upgraded behind it; null of another reason. */
export const readBeforeUpgrade = (why: string) =>
  why.startsWith(upgradeReason) ? why.slice(upgradeReason.length) : null;

/** What a drill looks at in the restored stores, in this order. */
export const drillChecks = [
  'revision',
  'counts',
  'references',
  'writes',
  'sequences',
  'queries',
  'model',
] as const;
export type DrillCheck = (typeof drillChecks)[number];

/** What a person knows a state by. */
export const comparedNouns = ['projects', 'datasets', 'runs', 'weights'] as const;
