import { greatestOf } from './loss.ts';
import type { ImageEntry, SplitName } from './manifest.ts';

const mostSamples = 64;
const mostWrong = 32;
const mostNamed = 3;

interface Sample {
  readonly entry: ImageEntry;
  readonly predicted: number;
  readonly probability: number;
  readonly trueProbability: number;
  readonly top: readonly { readonly label: number; readonly probability: number }[];
}

const short = (value: number) => Number(value.toPrecision(7));
const ratio = (part: number, whole: number) => (whole === 0 ? null : short(part / whole));

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return ratio(
    known.reduce((sum, value) => sum + value, 0),
    known.length,
  );
}

function harmonic(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return a + b === 0 ? 0 : short((2 * a * b) / (a + b));
}

/** What the trained network does on one split: the contents of the artifacts, whose shapes stand in docs/builtin-trainer.md. */
export class Report {
  readonly #head: { readonly split: SplitName; readonly epoch: number };
  readonly #classNames: readonly string[];
  readonly #matrix: number[][];
  readonly #right: Sample[][];
  #wrong: Sample[] = [];
  #images = 0;

  constructor(head: { split: SplitName; epoch: number }, classNames: readonly string[]) {
    this.#head = head;
    this.#classNames = classNames;
    this.#matrix = classNames.map(() => classNames.map(() => 0));
    this.#right = classNames.map(() => []);
  }

  /** Counts an image in; `row` has its probability by class. */
  add(entry: ImageEntry, row: Float64Array): void {
    const predicted = greatestOf(row);
    const counts = this.#matrix[entry.label];
    if (counts) counts[predicted] = (counts[predicted] ?? 0) + 1;
    this.#images += 1;
    const top = [...row]
      .map((probability, label) => ({ label, probability }))
      .sort((a, b) => b.probability - a.probability || a.label - b.label)
      .slice(0, mostNamed);
    const probability = row[predicted] ?? 0;
    const sample = { entry, predicted, probability, trueProbability: row[entry.label] ?? 0, top };
    const right = this.#right[entry.label];
    if (predicted !== entry.label) {
      this.#wrong.push(sample);
      if (this.#wrong.length > 4 * mostWrong) this.#wrong = this.#surestWrong();
    } else if (right && right.length < mostSamples) right.push(sample);
  }

  perClass(): object {
    const classes = this.#classNames.map((name, label) => {
      const support = (this.#matrix[label] ?? []).reduce((sum, count) => sum + count, 0);
      const predicted = this.#matrix.reduce((sum, counts) => sum + (counts[label] ?? 0), 0);
      const correct = this.#matrix[label]?.[label] ?? 0;
      const recall = ratio(correct, support);
      const precision = ratio(correct, predicted);
      return {
        name,
        support,
        predicted,
        correct,
        accuracy: recall,
        precision,
        recall,
        f1: harmonic(precision, recall),
      };
    });
    const macro = {
      precision: meanOf(classes.map(({ precision }) => precision)),
      recall: meanOf(classes.map(({ recall }) => recall)),
      f1: meanOf(classes.map(({ f1 }) => f1)),
    };
    const correct = classes.reduce((sum, { correct: own }) => sum + own, 0);
    return { ...this.#start('per-class'), accuracy: ratio(correct, this.#images), macro, classes };
  }

  confusionMatrix(): object {
    return { ...this.#start('confusion-matrix'), classes: this.#classNames, matrix: this.#matrix };
  }

  predictions(): object {
    const wrong = this.#surestWrong();
    const right: Sample[] = [];
    for (let round = 0; right.length < mostSamples - wrong.length; round += 1) {
      const some = this.#right.flatMap((samples) => samples[round] ?? []);
      if (some.length === 0) break;
      right.push(...some);
    }
    const correct = this.#matrix.reduce((sum, counts, label) => sum + (counts[label] ?? 0), 0);
    const samples = [...wrong, ...right.slice(0, mostSamples - wrong.length)];
    return {
      ...this.#start('predictions'),
      wrong: this.#images - correct,
      samples: samples.map((one) => this.#sample(one)),
    };
  }

  #start(kind: string): object {
    return { format: `trainyard/${kind}`, version: 1, ...this.#head, images: this.#images };
  }

  #surestWrong(): Sample[] {
    return this.#wrong.toSorted((a, b) => b.probability - a.probability).slice(0, mostWrong);
  }

  #sample({ entry, predicted, probability, trueProbability, top }: Sample): object {
    const name = (label: number) => this.#classNames[label] ?? '';
    return {
      path: entry.path,
      sha256: entry.sha256,
      true: name(entry.label),
      predicted: name(predicted),
      correct: predicted === entry.label,
      probability: short(probability),
      trueProbability: short(trueProbability),
      top: top.map((one) => ({ class: name(one.label), probability: short(one.probability) })),
    };
  }
}
