import type { Finding } from '../../shared/contract/system.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { type Profile, profiles } from '../../shared/model/stack.ts';
import { chosenProfile } from '../engine/profile.ts';
import { trainerEnvironmentOf } from '../engine/trainer-environment.ts';
import { createDoctor } from '../features/doctor/checks/create-doctor.ts';
import type { DatabaseProbe } from '../features/doctor/checks/engine.ts';
import { findingGroups } from '../features/doctor/findings.ts';
import { observeEnvironment } from '../features/runs/venv/observe-environment.ts';
import { findEngine } from '../platform/find-engine.ts';
import { openHome } from '../platform/home.ts';
import { homeFolder } from '../platform/paths.ts';
import { readExternal } from '../stores/profiles/external-file.ts';
import { openSettings } from '../stores/settings/settings-store.ts';
import { connect } from './lib/client.ts';
import type { Command } from './lib/define.ts';
import { formatCount } from './lib/format.ts';
import { language, translate } from './lib/language.ts';
import { styled, writeJson, writeLine } from './lib/output.ts';

/** The running engine's database, as the engine sees it. */
const probeDatabase: DatabaseProbe = async () => {
  const engine = findEngine(homeFolder());
  if (!engine) return null;
  using client = await connect(engine);
  return (await client.api.system.info()).database;
};

/** The profile in use; where the state folder cannot be read its checks say so, and the rest is checked as on a new machine. */
function profileInUse(): Profile {
  try {
    using settings = openSettings(openHome(homeFolder()));
    return chosenProfile(settings);
  } catch (error) {
    // Damaged settings are set aside by whoever opens them: nobody after this would know.
    if (error instanceof TrainyardError && /^(SETTINGS_CORRUPT|PROFILE_UNKNOWN)$/.test(error.code))
      throw error;
    return 'embedded';
  }
}

const marks = { ok: styled('green', '✓'), warning: styled('yellow', '!'), error: styled('red', '✗') };

const titles: Record<(typeof findingGroups)[number], string> = {
  machine: translate('Machine', '컴퓨터'),
  state: translate('State folder', '상태 폴더'),
  docker: translate('Docker', 'Docker'),
  nvidia: translate('NVIDIA GPU', 'NVIDIA GPU'),
  network: translate('Network', '네트워크'),
};

async function print(findings: readonly Finding[]): Promise<void> {
  for (const group of findingGroups) {
    const ofGroup = findings.filter((finding) => (finding.group ?? 'machine') === group);
    if (ofGroup.length === 0) continue;
    await writeLine(styled('bold', titles[group]));
    for (const { code, severity, cause, evidence, hint, command } of ofGroup) {
      await writeLine(`  ${marks[severity]} ${cause} ${styled('dim', `[${code}] ${evidence}`.trim())}`);
      if (severity !== 'ok' && hint) await writeLine(`    → ${hint}`);
      if (severity !== 'ok' && command && !hint.includes(command)) await writeLine(`      $ ${command}`);
    }
    await writeLine('');
  }
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  const counts = [
    formatCount(count('error'), 'error', '오류'),
    formatCount(count('warning'), 'warning', '경고'),
    translate(`${count('ok')} in order`, `정상 ${count('ok')}개`),
  ];
  await writeLine(counts.join(', '));
}

/** Runs the checks in this process, so that they run where no engine can. */
export function defineDoctor(command: Command): void {
  command
    .explain({
      examples: ['doctor', 'doctor --profile docker', 'doctor --json'],
      json: '{"ok", "findings": [{"code", "severity", "cause", "evidence", "hint", "group", "command"}]}',
    })
    .flag(
      '--profile <profile>',
      'check as if this profile were chosen; without, the one in use',
      '이 프로필을 고른 것처럼 점검합니다. 없으면 지금 프로필로 점검합니다',
      profiles,
    )
    .perform<{ profile?: Profile }>(async ({ profile = profileInUse(), json }) => {
      const home = homeFolder();
      const report = await createDoctor({
        home,
        database: probeDatabase,
        profile: () => profile,
        servers: () => readExternal(home),
        trainerPython: async () => {
          try {
            using settings = openSettings(openHome(home));
            return observeEnvironment(await trainerEnvironmentOf(home, settings).state());
          } catch (error) {
            // Settings that cannot be read are a finding of the state folder's own check.
            if (error instanceof TrainyardError) return [];
            throw error;
          }
        },
      }).examine(language);
      await (json ? writeJson(report) : print(report.findings));
      return report.ok ? 0 : 1;
    });
}
