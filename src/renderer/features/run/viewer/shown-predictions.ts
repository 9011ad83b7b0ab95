import type { ShownObject } from '../../../components/viewer/shown-objects.ts';
import type { ObjectSample, SampleObject } from '../prediction-samples.ts';

/** A sample as it is drawn. */
export interface ShownSample {
  readonly path: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** What is there, and then what was found, the surest first. */
  readonly objects: readonly ShownObject[];
}

/** The classes of the run, in its order, and then whatever else the samples name. */
export function classesOf(names: readonly string[], samples: readonly ObjectSample[]): readonly string[] {
  const all = samples.flatMap((sample) => [...sample.true, ...sample.predicted]);
  return [...new Set([...names, ...all.map((one) => one.class)])];
}

/** The objects of each sample, with the numbers of their classes. */
export function shownSamples(
  samples: readonly ObjectSample[],
  names: readonly string[],
): readonly ShownSample[] {
  const indexes = new Map(names.map((name, index) => [name, index]));
  return samples.map(({ path, sha256, width, height, true: truths, predicted }) => {
    const shown = (origin: 'truth' | 'prediction', first: number) => (one: SampleObject, at: number) => ({
      ...{ origin, number: first + at, class: indexes.get(one.class) ?? null, difficult: false },
      ...{ box: one.box, mask: one.mask, crowd: one.crowd, probability: one.probability ?? null },
    });
    const surest = predicted.toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
    return {
      ...{ path, sha256, width, height },
      objects: [...truths.map(shown('truth', 0)), ...surest.map(shown('prediction', truths.length))],
    };
  });
}

/** What of the samples is drawn. */
export interface SampleFilter {
  readonly hidden: ReadonlySet<number | null>;
  /** Answers with a lower score are left out. */
  readonly least: number;
  readonly origin: 'both' | 'truth' | 'prediction';
}

/** The objects that a filter lets through. */
export function filtered(
  objects: readonly ShownObject[],
  { hidden, least, origin }: SampleFilter,
): readonly ShownObject[] {
  return objects.filter(
    (object) =>
      !hidden.has(object.class) &&
      (origin === 'both' || object.origin === origin) &&
      (object.origin === 'truth' || (object.probability ?? 1) >= least),
  );
}
