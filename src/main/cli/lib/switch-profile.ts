import { TrainyardError } from '../../../shared/errors/error.ts';
import { isEnded, runStatuses } from '../../../shared/model/run.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { chooseProfile } from '../../engine/profile.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openSettings } from '../../stores/settings/settings-store.ts';
import { type Api, connect } from './client.ts';
import { remark } from './output.ts';

/** How many runs are not over; 0 if the stores do not answer, which must not keep anybody from leaving them. */
async function countUnderWay({ runs }: Api): Promise<number> {
  try {
    const statuses = runStatuses.filter((status) => !isEnded(status));
    const found = await Promise.all(statuses.map((status) => runs.list({ status, limit: 1 })));
    return found.reduce((sum, { total }) => sum + (total ?? 0), 0);
  } catch (error) {
    if (error instanceof TrainyardError) return 0;
    throw error;
  }
}

async function remarkRuns(api: Api, next: Profile): Promise<void> {
  const { profile, database } = await api.system.info();
  if (profile === next || database.how === 'away') return;
  const count = await countUnderWay(api);
  if (count === 0) return;
  remark(
    `${count === 1 ? '1 run' : `${count} runs`} of the profile "${profile}" ${count === 1 ? 'is' : 'are'} not over: until that profile is in use again, trainings go on without being followed, and what is queued waits.`,
    `"${profile}" 프로필에 끝나지 않은 학습이 ${count}개 있습니다. 그 프로필을 다시 쓸 때까지 진행 중인 학습은 기록을 읽지 않은 채 계속되고, 대기 중인 학습은 시작하지 않습니다.`,
  );
}

/** Chooses the profile of a state folder. An engine that runs switches at once; any later one finds the choice. */
export async function switchProfile(home: string, profile: Profile): Promise<void> {
  const engine = findEngine(home);
  if (!engine) {
    using settings = openSettings(home);
    return chooseProfile(settings, profile);
  }
  using client = await connect(engine);
  await remarkRuns(client.api, profile);
  await client.api.stack.useProfile({ profile });
}
