import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DoctorService } from '../../../src/main/features/doctor/doctor-service.ts';
import {
  type FindingCode,
  findingGroups,
  findings,
  groupOf,
} from '../../../src/main/features/doctor/findings.ts';
import type { Check } from '../../../src/main/features/doctor/ports.ts';

const codes = Object.keys(findings) as FindingCode[];
const sees = (code: FindingCode): Check => ({ name: code, run: async () => [{ code, evidence: 'seen' }] });

test('errors come first, and one error is enough', async () => {
  const report = await new DoctorService(() => [
    sees('NODE_OK'),
    sees('DISK_LOW'),
    sees('PORT_UNBINDABLE'),
  ]).examine();
  expect(report.ok).toBe(false);
  expect(report.findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'ok']);
});

test('what the profile in use does without is no error', async () => {
  const check = { ...sees('DOCKER_SILENT'), optional: true };
  expect(await new DoctorService(() => [check]).examine()).toMatchObject({
    ok: true,
    findings: [{ code: 'DOCKER_SILENT', severity: 'warning', group: 'docker' }],
  });
});

test('a finding has the command that fixes it: its own, or the one that was seen to fix this one', async () => {
  const own = await new DoctorService(() => [sees('SCHEMA_BEHIND'), sees('NODE_OK')]).examine();
  expect(own.findings.map(({ command }) => command)).toEqual(['trainyard db upgrade', null]);
  const seen: Check = {
    name: 'engine',
    run: async () => [{ code: 'ENGINE_SILENT', evidence: '', command: 'kill 4711' }],
  };
  expect((await new DoctorService(() => [seen]).examine()).findings[0]?.command).toBe('kill 4711');
});

test('a warning leaves the machine usable', async () => {
  const report = await new DoctorService(() => [sees('DISK_LOW')]).examine();
  expect(report).toMatchObject({ ok: true, findings: [{ code: 'DISK_LOW', evidence: 'seen' }] });
});

test('findings are told in Korean too', async () => {
  const { findings: found } = await new DoctorService(() => [sees('PACKAGE_MISSING')]).examine('ko');
  expect(found[0]?.cause).toMatch(/[가-힣]/);
  expect(found[0]?.hint).toMatch(/[가-힣]/);
});

test('a check that hangs or breaks is a finding and holds up nobody', async () => {
  const checks: Check[] = [
    { name: 'hangs', group: 'docker', run: () => new Promise(() => {}) },
    { name: 'breaks', run: () => Promise.reject(new Error('no such thing')) },
    sees('NODE_OK'),
  ];
  const report = await new DoctorService(() => checks, { timeLimitMs: 50 }).examine();
  expect(report.findings.map(({ code, evidence }) => [code, evidence])).toEqual([
    ['CHECK_TIMED_OUT', 'hangs: > 50 ms'],
    ['CHECK_FAILED', 'breaks: no such thing'],
    ['NODE_OK', 'seen'],
  ]);
  expect(report.findings.map(({ group }) => group)).toEqual(['docker', 'machine', 'machine']);
});

test('docs/doctor.md lists every code where it belongs, as it is told', async () => {
  const text = await readFile(path.join(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');
  const sections = text.split(/^## .+$/m).slice(1);
  const expected = findingGroups.map((group) =>
    codes
      .filter((code) => groupOf(code) === group)
      .map((code) => {
        const { severity, cause, hint } = findings[code];
        return `| \`${code}\` | ${severity} | ${cause.en} | ${hint?.en ?? ''} |`;
      }),
  );
  expect(sections.map((section) => section.split('\n').filter((line) => line.startsWith('| `')))).toEqual(
    expected,
  );
});

test('whatever is no “ok” says how to fix it, in both languages', () => {
  for (const [code, { severity, cause, hint }] of Object.entries(findings)) {
    expect(cause.ko, code).toMatch(/[가-힣]/);
    if (severity === 'ok') expect(hint, code).toBeNull();
    else expect(hint?.ko, code).toMatch(/[가-힣]/);
  }
});
