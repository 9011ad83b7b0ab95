import { describe, expect, test } from 'vitest';
import { kindOf } from '../../../src/main/features/doctor/findings.ts';
import { withoutServer } from '../../support/servers.ts';
import { faultsOfDocker } from './support/faults-of-docker.ts';
import { faultsOfMachine } from './support/faults-of-machine.ts';
import { faultsOfNvidia } from './support/faults-of-nvidia.ts';
import { faultsOfServers } from './support/faults-of-servers.ts';
import { faultsOfStack } from './support/faults-of-stack.ts';
import { Machine } from './support/faulty-machine.ts';

const withoutContainers = withoutServer('redis');
const faults = [
  ...faultsOfMachine,
  ...faultsOfDocker(withoutServer()),
  ...faultsOfStack(withoutContainers),
  ...faultsOfNvidia(withoutContainers),
  ...faultsOfServers(withoutServer('postgres')),
];

describe.each(faults)('$code: $what', ({ code, what, impossible, provoke }) => {
  if (impossible) console.info(`skipped: ${code}: ${impossible}`);
  test.skipIf(impossible)(what, { timeout: 40_000 }, async () => {
    await using machine = await Machine.make();
    const found = await provoke(machine);
    const told = found.find((finding) => finding.code === code);
    expect(told, found.map((finding) => `${finding.code} ${finding.evidence}`).join('\n')).toBeDefined();
    expect(told?.severity).toBe(kindOf(code, 'machine').kind.severity);
    expect(found.map((finding) => finding.code)).not.toContain('CHECK_TIMED_OUT');
    expect(found.map((finding) => finding.code)).not.toContain('CHECK_FAILED');
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

test('a fault has one code, whoever finds it, and there are more than twenty', () => {
  const codes = faults
    .map(({ code }) => code)
    .filter((code) => kindOf(code, 'machine').kind.severity !== 'ok');
  const twice = codes.filter((code, index) => codes.indexOf(code) !== index);
  // Of the state folder's disk and of Docker's; by a program and by a container.
  expect(twice).toEqual(['DISK_FULL', 'PORT_TAKEN']);
  expect(new Set(codes).size).toBeGreaterThan(20);
});
