import { createDoctor } from '../../adapters/doctor/create-doctor.ts';
import type { DatabaseProbe } from '../../adapters/doctor/database.ts';
import { findEngine } from '../../find-engine.ts';
import { homeFolder } from '../../paths.ts';
import { connect } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { formatCount } from '../format.ts';
import { language, say } from '../language.ts';
import { styled, writeJson, writeLine } from '../output.ts';

/** The running engine's database, as the engine sees it. */
const probeDatabase: DatabaseProbe = async () => {
  const engine = await findEngine(homeFolder());
  if (!engine) return null;
  using client = await connect(engine);
  return (await client.api.system.info()).database;
};

const marks = { ok: styled('green', '✓'), warning: styled('yellow', '!'), error: styled('red', '✗') };

/** Runs the checks in this process, so that they run where no engine can. */
export async function doctor(options: CommonOptions): Promise<number> {
  const report = await createDoctor({ home: homeFolder(), database: probeDatabase }).examine(language);
  if (options.json) {
    await writeJson(report);
    return report.ok ? 0 : 1;
  }
  for (const { code, severity, cause, evidence, mend } of report.findings) {
    await writeLine(`${marks[severity]} ${cause} ${styled('dim', `[${code}] ${evidence}`)}`);
    if (mend) await writeLine(`  → ${mend}`);
  }
  const count = (severity: string) =>
    report.findings.filter((finding) => finding.severity === severity).length;
  const counts = [
    formatCount(count('error'), 'error', '오류'),
    formatCount(count('warning'), 'warning', '경고'),
    say(`${count('ok')} in order`, `정상 ${count('ok')}개`),
  ];
  await writeLine(`\n${counts.join(', ')}`);
  return report.ok ? 0 : 1;
}
