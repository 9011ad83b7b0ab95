import type { Finding } from '../../../shared/contract/system.ts';

type Group = NonNullable<Finding['group']>;

export interface FindingGroup {
  readonly group: Group;
  /** Errors first, then warnings. */
  readonly wrong: readonly Finding[];
  readonly passed: readonly Finding[];
}

const order: readonly Group[] = ['docker', 'nvidia', 'state', 'machine', 'network'];
const weight = { error: 0, warning: 1, ok: 2 } as const;

/** The findings under what they are about; groups with errors first, then those with warnings. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = order
    .map((group) => {
      const own = findings.filter((finding) => (finding.group ?? 'machine') === group);
      const wrong = own
        .filter(({ severity }) => severity !== 'ok')
        .toSorted((a, b) => weight[a.severity] - weight[b.severity]);
      return { group, wrong, passed: own.filter(({ severity }) => severity === 'ok') };
    })
    .filter(({ wrong, passed }) => wrong.length + passed.length > 0);
  const worst = ({ wrong }: FindingGroup) => weight[wrong[0]?.severity ?? 'ok'];
  return groups.toSorted((a, b) => worst(a) - worst(b));
}

/** How many there are of each severity. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Finding['severity'], number>> {
  const count = (wanted: Finding['severity']) =>
    findings.filter(({ severity }) => severity === wanted).length;
  return { error: count('error'), warning: count('warning'), ok: count('ok') };
}
