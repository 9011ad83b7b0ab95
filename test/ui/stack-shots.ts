import type { Page } from 'playwright-core';
import type { Fixture } from './fixture-server.ts';
import type { Scene } from './fixture-stack.ts';
import type { Shot } from './shot.ts';

/** The stack's page in each state of the fixture's, and what else depends on it. */
export function stackShots(): readonly Shot[] {
  const scene =
    (name: Scene, profile: 'embedded' | 'docker' = 'docker') =>
    ({ story: { state } }: Fixture) => {
      state.stack.state.profile = profile;
      state.stack.daemonDown = false;
      state.stack.become(name);
      if (!state.storesThere) state.setStores(true);
    };
  const running = scene('running');
  const menu = async (at: Page) => {
    await at.locator('main header button[aria-haspopup=menu]').click();
    await at.getByRole('menu').waitFor();
  };
  const item = (last: boolean) => async (at: Page) => {
    await menu(at);
    const items = at.getByRole('menuitem');
    await (last ? items.last() : items.first()).click();
    await at.getByRole('dialog').waitFor();
  };
  const narrow = { width: 900 };
  return [
    { name: 'stack-absent', path: '/stack', before: scene('absent', 'embedded') },
    { name: 'stack-pulling', path: '/stack', before: scene('pulling') },
    { name: 'stack-starting', path: '/stack', before: scene('starting') },
    // Some samples of its load make the small line.
    { name: 'stack-running', path: '/stack', before: running, act: (at) => at.waitForTimeout(9000) },
    { name: 'stack-beside', path: '/stack', before: scene('running', 'embedded') },
    { name: 'stack-degraded', path: '/stack', before: scene('degraded') },
    { name: 'stack-failed', path: '/stack', before: scene('failed') },
    { name: 'stack-stopped', path: '/stack', before: scene('stopped') },
    {
      name: 'stack-daemon-down',
      path: '/stack',
      before: (fixture) => {
        running(fixture);
        fixture.story.state.stack.daemonDown = true;
      },
    },
    { name: 'stack-logs', path: '/stack?tab=logs', before: running },
    { name: 'stack-menu', path: '/stack', before: running, act: menu },
    { name: 'stack-destroy', path: '/stack', before: running, act: item(true) },
    { name: 'stack-use', path: '/stack', before: running, act: item(false) },
    {
      name: 'stores-away',
      path: '/runs',
      before: (fixture) => {
        scene('stopped')(fixture);
        fixture.story.state.setStores(false);
      },
    },
    { name: 'stack-narrow-running', path: '/stack', before: running, ...narrow },
    { name: 'stack-narrow-absent', path: '/stack', before: scene('absent', 'embedded'), ...narrow },
    { name: 'stack-narrow-starting', path: '/stack', before: scene('starting'), ...narrow },
    { name: 'stack-narrow-logs', path: '/stack?tab=logs', before: running, ...narrow },
    { name: 'doctor-narrow', path: '/doctor', before: running, ...narrow },
  ];
}
