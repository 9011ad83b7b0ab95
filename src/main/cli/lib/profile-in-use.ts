import type { Profile } from '../../../shared/model/stack.ts';
import { findEngine } from '../../platform/find-engine.ts';

/** The running engine's profile, else what the next engine of this state folder will have. */
export async function profileInUse(home: string): Promise<Profile> {
  const engine = findEngine(home);
  if (!engine) {
    const [{ chosenProfile }, { openSettings }] = await Promise.all([
      import('../../engine/profile.ts'),
      import('../../stores/settings/settings-store.ts'),
    ]);
    using settings = openSettings(home);
    return chosenProfile(settings);
  }
  const { connect } = await import('./client.ts');
  using client = await connect(engine);
  return (await client.api.system.info()).profile;
}
