import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endSurvivors } from './survivors.ts';

/** Why no small disk can be had here; null where one can. */
export const withoutSmallDisks: string | null = (() => {
  if (process.platform !== 'linux') return 'a small disk is a tmpfs of Linux';
  if (process.getuid?.() !== 0) return 'only root may mount a small disk';
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'trainyard-mount-'));
    execFileSync('mount', ['-t', 'tmpfs', 'trainyard-test', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
    rmdirSync(folder);
    return null;
  } catch {
    return 'this root may not mount (a container without CAP_SYS_ADMIN)';
  }
})();

/** A disk of so many bytes with a state folder on it; unmounted when disposed, once nothing runs there any more. */
export class SmallDisk implements AsyncDisposable {
  /** The state folder, not made yet. */
  readonly home: string;
  /** Outside of the small disk, for what a test writes itself. */
  readonly beside: string;
  readonly mount: string;
  /** What takes the room. */
  readonly filler: string;

  private constructor(beside: string) {
    this.beside = beside;
    this.mount = path.join(beside, 'disk');
    this.filler = path.join(this.mount, 'filler');
    this.home = path.join(this.mount, 'home');
  }

  static async make(size: string): Promise<SmallDisk> {
    const beside = await mkdtemp(path.join(tmpdir(), 'trainyard-disk-'));
    await chmod(beside, 0o711);
    const disk = new SmallDisk(beside);
    await mkdir(disk.mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'trainyard-test', disk.mount]);
    return disk;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.mount);
    return bavail * bsize;
  }

  /** Takes all room but this, to the last byte where none is named. */
  fill(left = 0): void {
    const descriptor = openSync(this.filler, 'a');
    const block = Buffer.alloc(64 * 1024, 1);
    try {
      for (let want = this.freeBytes - left; want > 0; want = this.freeBytes - left)
        writeSync(descriptor, block, 0, Math.min(want, block.length));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Gives the room back. */
  free(): void {
    rmSync(this.filler, { force: true });
  }

  remount(how: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${how}`, this.mount]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endSurvivors([this.home]);
    execFileSync('umount', ['--lazy', this.mount]);
    await rm(this.beside, { recursive: true, force: true, maxRetries: 5 });
  }
}
