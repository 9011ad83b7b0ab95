import { urlsOf } from './hub-files.ts';
import type { WeightsWork } from './weights-rows.ts';

type Work = Pick<WeightsWork, 'id' | 'status' | 'downloads'>;

/** So many pulls from one hub go on at once: one that stands still does not hold up the others. */
const mostFromOneHub = 3;

/** What comes from a hub takes as long as that hub likes: other hubs do not wait for it, nor does what is on this machine. */
function laneOf({ status, downloads }: Work): string {
  const [url] = urlsOf(downloads);
  return url === undefined || status === 'removing' ? 'here' : new URL(url).host;
}

/** Whether work may begin beside what is under way. */
export function mayStart(work: Work, others: readonly Work[]): boolean {
  const lane = laneOf(work);
  const most = lane === 'here' ? 1 : mostFromOneHub;
  if (others.filter((other) => laneOf(other) === lane).length >= most) return false;
  // What an address gives lies in one file, and a removal waits for the end of what it takes the place of.
  const urls = new Set(urlsOf(work.downloads));
  return !others.some(
    (other) => other.id === work.id || urlsOf(other.downloads).some((url) => urls.has(url)),
  );
}
