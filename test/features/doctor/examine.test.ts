import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { examine } from '../../../src/main/features/doctor/examine.ts';
import {
  type Check,
  findingGroups,
  findings,
  observed,
  type PlainCode,
} from '../../../src/main/features/doctor/findings.ts';
import { catalogue, fault } from '../../../src/shared/errors/catalogue.ts';
import { type Entry, forReader } from '../../../src/shared/errors/entry.ts';

const entries: Readonly<Record<string, Entry>> = catalogue;
const sees = (code: PlainCode): Check => ({
  name: code,
  group: 'machine',
  run: async () => [{ code, evidence: 'seen' }],
});

test('errors come first, and one error is enough', async () => {
  const report = await examine([sees('NODE_OK'), sees('DISK_LOW'), sees('PORT_UNBINDABLE')]);
  expect(report.ok).toBe(false);
  expect(report.findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'ok']);
});

test('what the profile in use does without is no error', async () => {
  const check = { ...sees('DOCKER_STRANGE'), optional: true };
  expect(await examine([check])).toMatchObject({
    ok: true,
    findings: [{ code: 'DOCKER_STRANGE', severity: 'warning', group: 'docker' }],
  });
});

test('a finding has the command that fixes it: its own, or the one that was seen to fix this one', async () => {
  const own = await examine([sees('SCHEMA_BEHIND'), sees('NODE_OK')]);
  expect(own.findings.map(({ command }) => command)).toEqual(['trainyard db upgrade', null]);
  const seen: Check = {
    name: 'engine',
    group: 'state',
    run: async () => [{ code: 'ENGINE_SILENT', evidence: '', command: 'kill 4711' }],
  };
  expect((await examine([seen])).findings[0]?.command).toBe('kill 4711');
});

test('a warning leaves the machine usable', async () => {
  const report = await examine([sees('DISK_LOW')]);
  expect(report).toMatchObject({ ok: true, findings: [{ code: 'DISK_LOW', evidence: 'seen' }] });
});

test('findings are told in Korean too', async () => {
  const { findings: found } = await examine([sees('PACKAGE_MISSING')], 'ko');
  expect(found[0]?.cause).toMatch(/[가-힣]/);
  expect(found[0]?.hint).toMatch(/[가-힣]/);
});

test('a check that hangs or breaks is a finding and holds up nobody', async () => {
  const checks: Check[] = [
    { name: 'hangs', group: 'docker', run: () => new Promise(() => {}) },
    { name: 'breaks', group: 'machine', run: () => Promise.reject(new Error('no such thing')) },
    sees('NODE_OK'),
  ];
  const report = await examine(checks, 'en', 50);
  expect(report.findings.map(({ code, evidence }) => [code, evidence])).toEqual([
    ['CHECK_TIMED_OUT', 'hangs: > 50 ms'],
    ['CHECK_FAILED', 'breaks: no such thing'],
    ['NODE_OK', 'seen'],
  ]);
  expect(report.findings.map(({ group }) => group)).toEqual(['docker', 'machine', 'machine']);
});

test('an error that is found is told with what it names, in both languages, and belongs where its check does', async () => {
  const names = {
    port: 15432,
    what: 'Redis',
    holder: 'node (process 7)',
    how: 'End that program',
    command: 'trainyard stack up',
  };
  const taken: Check = {
    name: 'stack ports',
    group: 'docker',
    run: async () => [observed(fault('PORT_TAKEN', names), 'redis', 'kill 7')],
  };
  expect((await examine([taken])).findings).toEqual([
    {
      code: 'PORT_TAKEN',
      severity: 'error',
      cause: 'The port 15432 of Redis is held by node (process 7)',
      evidence: 'redis',
      hint: 'End that program and try again, or take other ports: trainyard stack up',
      group: 'docker',
      command: 'kill 7',
    },
  ]);
  const [korean] = (await examine([taken], 'ko')).findings;
  expect(korean?.cause).toMatch(/Redis의 포트 15432.+node \(process 7\)/);
});

test('docs/doctor.md lists every code where it belongs, as it is told', async () => {
  const text = await readFile(path.join(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');
  const sections = text.split(/^## .+$/m).slice(1);
  const expected = findingGroups.map((group) =>
    Object.entries(findings[group]).map(([code, { severity, text: ok }]) => {
      const [cause, hint] = ok ? [ok.en, ''] : (entries[code]?.en ?? []);
      return `| \`${code}\` | ${severity} | ${cause} | ${forReader(hint ?? '', 'cli')} |`;
    }),
  );
  expect(sections.map((section) => section.split('\n').filter((line) => line.startsWith('| `')))).toEqual(
    expected,
  );
});

test('whatever is no “ok” has its sentences in the catalogue of errors', () => {
  for (const group of findingGroups) {
    for (const [code, { text }] of Object.entries(findings[group])) {
      if (text) expect(text.ko, code).toMatch(/[가-힣]/);
      else expect(entries[code], code).toBeDefined();
    }
  }
});
