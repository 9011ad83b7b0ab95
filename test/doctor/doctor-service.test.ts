import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DoctorService } from '../../src/main/domain/doctor/doctor-service.ts';
import { type FindingCode, findings } from '../../src/main/domain/doctor/findings.ts';
import type { Check } from '../../src/main/domain/doctor/ports.ts';

const sees = (code: FindingCode): Check => ({ name: code, run: async () => [{ code, evidence: 'seen' }] });

test('errors come first, and one error is enough', async () => {
  const report = await new DoctorService([
    sees('NODE_OK'),
    sees('DISK_LOW'),
    sees('PORT_UNBINDABLE'),
  ]).examine();
  expect(report.ok).toBe(false);
  expect(report.findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'ok']);
});

test('a warning leaves the machine usable', async () => {
  const report = await new DoctorService([sees('DISK_LOW')]).examine();
  expect(report).toMatchObject({ ok: true, findings: [{ code: 'DISK_LOW', evidence: 'seen' }] });
});

test('findings are told in Korean too', async () => {
  const { findings: found } = await new DoctorService([sees('PACKAGE_MISSING')]).examine('ko');
  expect(found[0]?.cause).toMatch(/[가-힣]/);
  expect(found[0]?.mend).toMatch(/[가-힣]/);
});

test('a check that hangs or breaks is a finding and holds up nobody', async () => {
  const checks: Check[] = [
    { name: 'hangs', run: () => new Promise(() => {}) },
    { name: 'breaks', run: () => Promise.reject(new Error('no such thing')) },
    sees('NODE_OK'),
  ];
  const report = await new DoctorService(checks, { timeLimitMs: 50 }).examine();
  expect(report.findings.map(({ code, evidence }) => [code, evidence])).toEqual([
    ['CHECK_TIMED_OUT', 'hangs: > 50 ms'],
    ['CHECK_FAILED', 'breaks: no such thing'],
    ['NODE_OK', 'seen'],
  ]);
});

test('docs/doctor.md lists every code, as it is told', async () => {
  const text = await readFile(path.join(import.meta.dirname, '../../docs/doctor.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  const expected = Object.entries(findings).map(
    ([code, { severity, cause, mend }]) => `| \`${code}\` | ${severity} | ${cause.en} | ${mend?.en ?? ''} |`,
  );
  expect(rows).toEqual(expected);
});

test('whatever is no “ok” says how to mend it, in both languages', () => {
  for (const [code, { severity, cause, mend }] of Object.entries(findings)) {
    expect(cause.ko, code).toMatch(/[가-힣]/);
    if (severity === 'ok') expect(mend, code).toBeNull();
    else expect(mend?.ko, code).toMatch(/[가-힣]/);
  }
});
