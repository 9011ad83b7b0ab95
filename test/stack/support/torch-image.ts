import { execFileSync } from 'node:child_process';
import { withoutServer } from '../../support/servers.ts';

/** An image with Python, torch and the other packages, on which the trainer's image is built without a network. */
export const baseImage = process.env.TRAINER_BASE_IMAGE || undefined;

/** Why the trainer's image cannot be built here; null where it can. Print it with the skip. */
export function withoutTorch(): string | null {
  const reason = withoutServer();
  if (reason) return reason;
  if (!baseImage) return 'TRAINER_BASE_IMAGE names no image with torch';
  try {
    execFileSync('docker', ['image', 'inspect', baseImage], { stdio: 'ignore', timeout: 10_000 });
    return null;
  } catch {
    return `the image ${baseImage} is not here`;
  }
}
