import { dockerFindings } from './docker-findings.ts';
import type { FindingGroup } from './finding-entry.ts';
import { machineFindings } from './machine-findings.ts';
import { networkFindings } from './network-findings.ts';
import { nvidiaFindings } from './nvidia-findings.ts';
import { stackFindings } from './stack-findings.ts';
import { stateFindings } from './state-findings.ts';

/** In the order in which they are shown. */
export const findingGroups = [
  'machine',
  'state',
  'docker',
  'nvidia',
  'network',
] as const satisfies FindingGroup[];

const tables = {
  machine: machineFindings,
  state: stateFindings,
  docker: { ...dockerFindings, ...stackFindings },
  nvidia: nvidiaFindings,
  network: networkFindings,
};

/** Everything that the doctor can find; docs/doctor.md has the same tables. */
export const findings = {
  ...machineFindings,
  ...stateFindings,
  ...dockerFindings,
  ...stackFindings,
  ...nvidiaFindings,
  ...networkFindings,
};

export type FindingCode = keyof typeof findings;

export function groupOf(code: FindingCode): FindingGroup {
  return findingGroups.find((group) => code in tables[group]) ?? 'machine';
}
