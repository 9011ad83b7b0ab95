import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { hasCode } from '../../../src/main/platform/error-code.ts';

/** Whether the block devices turn, as Linux says; null elsewhere, where there is none, and for virtual ones, which do not tell. */
async function disks(): Promise<string | null> {
  try {
    const names = (await readdir('/sys/block')).filter(
      (name) => !/^(loop|ram|zram|dm-|md|sr|vd|xvd)/.test(name),
    );
    const turning = await Promise.all(
      names.map((name) => readFile(path.join('/sys/block', name, 'queue', 'rotational'), 'utf8')),
    );
    if (turning.length === 0) return null;
    return turning.some((text) => text.trim() === '1') ? 'hard disk' : 'solid-state disk';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return null;
    throw error;
  }
}

/** One line: processor, cores, memory, disk, system, Node, date. */
export async function describeMachine(): Promise<string> {
  const parts = [
    cpus()[0]?.model.trim() ?? 'unknown processor',
    `${availableParallelism()} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GiB memory`,
    await disks(),
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    new Date().toISOString().slice(0, 10),
  ];
  return parts.filter((part) => part !== null).join(', ');
}
