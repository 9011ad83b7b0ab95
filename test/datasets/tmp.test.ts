import { test } from 'vitest';
import { importOver } from './support/open-service.ts';
import { openSetting } from './support/setting.ts';
import { localOwnerId } from '../../src/main/domain/identity/local-owner.ts';
import os from 'node:os';
test('time', async () => {
  await using s = await openSetting();
  os.setPriority(process.pid, -20);
  for (const [name, mode] of [['a','copy'],['a','copy'],['p','in_place'], ['w','copy']] as const) {
    const path = '/work/main/resources/samples/fashion-mnist';
    const t = performance.now(); const c = process.cpuUsage();
    const b = await s.service.import(localOwnerId, { path, project: 'demo', name, mode, format: 'imagenet', skipInvalid: false });
    const phases: string[] = []; let phase = '';
    let seen = -1; 
    for (;;) { const p = await s.service.waitForImport({ importId: b.importId, afterDone: seen, waitMs: 5000 }); if (p.phase !== phase) { phases.push(`${p.phase}@${Math.round(performance.now() - t)}`); phase = p.phase; } if (p.phase === 'done' || p.phase === 'failed') break; seen = p.done; }
    const d = await importOver(s, b.importId);
    const u = process.cpuUsage(c);
    console.log(name, mode, Math.round(performance.now() - t), 'ms cpu', Math.round((u.user+u.system)/1000), d.phase, d.version, d.reused, phases.join(' '));
    const t2 = performance.now(); await s.service.prepareForTraining(d.datasetId, 1); console.log('prepare', Math.round(performance.now()-t2));
  }
  os.setPriority(process.pid, 0);
}, 200000);
