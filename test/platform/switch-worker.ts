// One switch of a state folder's data in a process of its own, which a test kills: `node switch-worker.ts HOME decide|go-on`.

import { decideSwitch, endSwitch, finishMoves, readDecision } from '../../src/main/platform/state-switch.ts';

const [home = '', step = ''] = process.argv.slice(2);
if (step === 'decide')
  decideSwitch(
    home,
    { from: 'aside-000000000001', to: 'previous-000000000002', settings: {} },
    {
      ...{ version: 1, at: '2026-12-01T00:00:00.000Z', by: 'restore', settings: {} },
      snapshot: { id: 's', at: '2026-12-01T00:00:00.000Z' },
    },
  );
finishMoves(home);
const decision = readDecision(home);
if (decision) endSwitch(home, decision);
