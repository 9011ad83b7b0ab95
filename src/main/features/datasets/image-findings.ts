import { normalName } from './names.ts';
import type { Problem } from './problems.ts';

/** Where tools look for an image's labels: what its path has, and what that of its labels has instead. */
const labelPlaces = [
  [/\.[^./]+$/, '.txt'],
  [/\.[^./]+$/, '.xml'],
  [/(^|\/)images\/(.*)\.[^./]+$/, '$1labels/$2.txt'],
  [/(^|\/)JPEGImages\/(.*)\.[^./]+$/, '$1Annotations/$2.xml'],
  [/(^|\/)JPEGImages\/(.*)\.[^./]+$/, '$1SegmentationClass/$2.png'],
] as const;

/** Whether a finding is about an image: its file, its labels, or the file of its labels. @param path as a manifest has it */
export function isAbout(finding: Problem, path: string): boolean {
  const named = normalName(finding.image ?? finding.path);
  const places = labelPlaces.map(([pattern, replacement]) => path.replace(pattern, replacement));
  // A manifest leaves out the folders that wrap the dataset.
  return [path, ...places].some((place) => named === place || named.endsWith(`/${place}`));
}
