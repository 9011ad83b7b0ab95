import type { Drop, InboxView } from '../../src/shared/contract/inbox.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { os } from './fixture-api.ts';
import { ago } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';

const drop = (name: string, more: Partial<Drop>): Drop => ({
  ...{ name, kind: 'folder', source: `s3://inbox/${name}`, files: 240, images: 120, bytes: 48_000_000 },
  ...{ changedAt: ago(3), format: 'yolo', state: 'waiting', dataset: null, failed: false, ...more },
});

/** An inbox with drops in each state. */
export const filledInbox: InboxView = {
  bucket: { name: 'inbox', place: '127.0.0.1:19000' },
  problem: null,
  drops: [
    drop('선별 라인 3', { state: 'arriving', changedAt: ago(0), images: 31, files: 62, bytes: 9_000_000 }),
    drop('bolts', {}),
    drop('welds-2026-11.zip', { kind: 'archive', files: 1, images: 0, format: null, failed: true }),
    drop('gears', {
      format: 'imagenet',
      state: 'imported',
      changedAt: ago(600),
      dataset: { id: crypto.randomUUID(), name: 'gears' },
    }),
    drop('old tests', { format: null, state: 'dismissed', changedAt: ago(9000) }),
  ],
  more: 0,
  handled: 2,
  leftOut: { count: 2, keys: ['IMG_0001.jpg', 'notes.txt'] },
};

/** An inbox whose drops are dismissed and restored in memory. */
export function fixtureInbox(state: FixtureState) {
  const { inbox } = os;
  const become = (name: string, next: Drop['state']) => {
    if (!state.inbox.drops.some((one) => one.name === name)) throw fault('INBOX_DROP_UNKNOWN', { name });
    const drops = state.inbox.drops.map((one) => (one.name === name ? { ...one, state: next } : one));
    state.setInbox({ ...state.inbox, drops });
    return { name };
  };
  const isHandled = (one: Drop) => one.state === 'imported' || one.state === 'dismissed';
  return {
    show: inbox.show.handler(({ input: { all } }) => ({
      ...state.inbox,
      drops: state.inbox.drops.filter((one) => all || !isHandled(one)),
      handled: state.inbox.drops.filter(isHandled).length,
    })),
    dismiss: inbox.dismiss.handler(({ input }) => become(input.name, 'dismissed')),
    restore: inbox.restore.handler(({ input }) => become(input.name, 'waiting')),
  };
}
